package org.modelpress.app;

import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.Process;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.json.JSONException;
import org.json.JSONObject;
import org.modelpress.core.BatchClassifier;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.LabelledImages;
import org.modelpress.core.Measurement;
import org.modelpress.core.MemoryBudget;
import org.modelpress.core.ModelManifest;

/**
 * Measures one variant in a process of its own (see the manifest), so that its peak memory is its
 * own and a crash of the runtime ends no more than that process.
 */
public final class MeasureProvider extends ReadOnlyProvider {
  /** Method: measures the variant that the argument names; the extras are {@link #pack}'s. */
  static final String MEASURE = "measure";

  /** Method: ends the process, so that the next variant finds a fresh one. */
  static final String END = "end";

  private static final String THREADS = "threads";
  private static final String XNNPACK = "xnnpack";
  private static final String NNAPI = "nnapi";
  private static final String HALF_PRECISION = "half_precision";
  private static final String ROW = "row";

  static Bundle pack(ClassifierOptions options) {
    Bundle extras = new Bundle();
    extras.putInt(THREADS, options.threads());
    extras.putBoolean(XNNPACK, options.xnnpack());
    extras.putBoolean(NNAPI, options.nnapi());
    extras.putBoolean(HALF_PRECISION, options.halfPrecision());
    return extras;
  }

  static BenchmarkRow unpack(Bundle answer) throws JSONException {
    return BenchmarkRow.fromJson(new JSONObject(answer.getString(ROW)));
  }

  @Override
  public Bundle call(String method, String name, Bundle extras) {
    if (END.equals(method)) {
      Process.killProcess(Process.myPid());
      return null;
    }
    ClassifierOptions options =
        new ClassifierOptions(
            extras.getInt(THREADS),
            extras.getBoolean(XNNPACK),
            extras.getBoolean(NNAPI),
            extras.getBoolean(HALF_PRECISION));
    BenchmarkRow row;
    try {
      row = measure(name, options);
    } catch (IOException | RuntimeException | LinkageError e) {
      row = BenchmarkRow.failed(name, String.valueOf(e.getMessage()));
    }
    Bundle answer = new Bundle();
    try {
      answer.putString(ROW, row.toJson().toString());
    } catch (JSONException e) {
      throw new IllegalStateException(e);
    }
    return answer;
  }

  private BenchmarkRow measure(String name, ClassifierOptions options) throws IOException {
    AppModels models = new AppModels(getContext());
    ModelManifest manifest = models.manifest(name);
    List<String> labels = models.labels(name);
    ByteBuffer model = models.model(name);
    Measurement found = Measurement.measure(model, manifest, labels, options);
    JSONObject record = found.toRecord(Measurement.zippedBytes(model));
    // Only now, when the peak is known: the sample takes memory of its own.
    LabelledImages sample = models.sample();
    if (sample == null || !manifest.trained()) {
      return BenchmarkRow.measured(manifest, record, BenchmarkRow.UNKNOWN, 0);
    }
    double accuracy = accuracy(sample, model, manifest, labels, options);
    return BenchmarkRow.measured(manifest, record, accuracy, sample.count());
  }

  private double accuracy(
      LabelledImages sample,
      ByteBuffer model,
      ModelManifest manifest,
      List<String> labels,
      ClassifierOptions options)
      throws IOException {
    if (options.nnapi()) {
      // A driver's answers may be others than the processor's, and drivers take one image.
      try (Classifier classifier = new Classifier(model, manifest, labels, options)) {
        return sample.accuracy(classifier);
      }
    }
    MemoryBudget budget = new DeviceMemory(getContext());
    try (BatchClassifier batch = new BatchClassifier(model, manifest, labels, options, budget)) {
      return sample.accuracy(batch);
    }
  }

  @Override
  public Cursor query(
      Uri uri, String[] columns, String selection, String[] arguments, String order) {
    return null;
  }

  @Override
  public String getType(Uri uri) {
    return null;
  }
}
