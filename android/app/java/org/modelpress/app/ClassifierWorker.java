package org.modelpress.app;

import android.content.Context;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.modelpress.core.Classification;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.Latencies;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.ProcessMemory;

/**
 * One background thread with one interpreter. Reading photos and running the model happen there;
 * the listener is called on the main thread, and only for the latest request.
 */
final class ClassifierWorker {
  private static final int LABELS_SHOWN = 5;
  private static final int UNKNOWN = -1;
  private static final int LIVE_RUNS = 9;
  private static final double LIVE_BUDGET_MILLIS = 1500;

  /** What the screen is told. */
  interface Listener {
    void onOpened(ModelManifest manifest);

    /**
     * The answer.
     *
     * @param fallbackReason why NNAPI was asked for and does not run; empty otherwise
     */
    void onClassified(Bitmap picture, Classification result, String fallbackReason);

    void onMeasured(Figures figures);

    /** {@code message} is a string resource that takes {@code detail}. */
    void onFailed(int message, String detail);
  }

  /** What to open and to classify. */
  static final class Request {
    final String variant;
    final ClassifierOptions options;
    final Uri picture;

    /** {@code picture} is null where only the model is to be opened. */
    Request(String variant, ClassifierOptions options, Uri picture) {
      this.variant = variant;
      this.options = options;
      this.picture = picture;
    }
  }

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Handler screen = new Handler(Looper.getMainLooper());
  private final AtomicInteger latest = new AtomicInteger();
  private final AppModels models;
  private final PhotoDecoder decoder;
  private final Listener listener;

  // Only the background thread touches these.
  private Classifier classifier;
  private Request opened;
  private Uri decoded;
  private Bitmap picture;
  private long memoryBefore;
  private long modelMemory;

  ClassifierWorker(Context context, AppModels models, Listener listener) {
    this.models = models;
    this.listener = listener;
    decoder = new PhotoDecoder(context.getContentResolver());
    thread.execute(this::tidy);
  }

  /** Takes {@code request} up after the one that is running; those between are dropped. */
  void submit(Request request) {
    int number = latest.incrementAndGet();
    thread.execute(() -> run(request, number));
  }

  /** Ends the thread and frees the model; the listener is not called any more. */
  void close() {
    latest.incrementAndGet();
    thread.execute(this::closeClassifier);
    thread.shutdown();
  }

  private void run(Request request, int number) {
    if (number != latest.get()) {
      return;
    }
    try {
      open(request);
    } catch (IOException | RuntimeException | Error e) {
      // Errors too, here and below: one that leaves this thread ends the app.
      closeClassifier();
      tell(number, () -> listener.onFailed(R.string.model_error, e.getMessage()));
      return;
    }
    ModelManifest manifest = classifier.manifest();
    tell(number, () -> listener.onOpened(manifest));
    if (request.picture == null) {
      return;
    }
    try {
      decode(request.picture);
    } catch (IOException | RuntimeException | Error e) {
      tell(number, () -> listener.onFailed(R.string.photo_error, ""));
      return;
    }
    try {
      classify(request, number);
    } catch (RuntimeException | Error e) {
      tell(number, () -> listener.onFailed(R.string.classify_error, e.getMessage()));
    }
  }

  private void open(Request request) throws IOException {
    boolean same =
        classifier != null
            && opened.variant.equals(request.variant)
            && opened.options.equals(request.options);
    if (same) {
      return;
    }
    closeClassifier();
    memoryBefore = ProcessMemory.resident();
    modelMemory = UNKNOWN;
    classifier = models.open(request.variant, request.options);
    opened = request;
  }

  private void tidy() {
    try {
      models.deleteUnused();
    } catch (IOException | RuntimeException e) {
      // What is wrong with the models shows when one is opened.
      return;
    }
  }

  private void decode(Uri uri) throws IOException {
    if (!uri.equals(decoded)) {
      decoded = null;
      picture = null;
      picture = decoder.decode(uri);
      decoded = uri;
    }
  }

  private void classify(Request request, int number) {
    Bitmap shown = picture;
    BitmapPixels pixels = new BitmapPixels(shown);
    Classification result = classifier.classify(pixels, LABELS_SHOWN);
    String reason = classifier.fallbackReason();
    tell(number, () -> listener.onClassified(shown, result, reason));
    if (modelMemory < 0) {
      modelMemory = Math.max(0, ProcessMemory.resident() - memoryBefore);
    }
    double[] times = new double[LIVE_RUNS];
    int count = 0;
    double spent = 0;
    while (count == 0 || (count < LIVE_RUNS && spent < LIVE_BUDGET_MILLIS)) {
      if (number != latest.get()) {
        return;
      }
      times[count] = classifier.classify(pixels, 1).inferenceMillis();
      spent += times[count++];
    }
    double median = new Latencies(Arrays.copyOf(times, count)).median();
    Figures figures =
        new Figures(
            classifier.manifest().variant(),
            classifier.delegate(),
            request.options.threads(),
            median,
            modelMemory);
    tell(number, () -> listener.onMeasured(figures));
  }

  private void closeClassifier() {
    if (classifier != null) {
      classifier.close();
      classifier = null;
    }
  }

  private void tell(int number, Runnable update) {
    screen.post(
        () -> {
          if (number == latest.get()) {
            update.run();
          }
        });
  }
}
