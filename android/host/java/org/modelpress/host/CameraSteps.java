package org.modelpress.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.json.JSONArray;
import org.json.JSONObject;
import org.modelpress.core.Classification;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.FramePipeline;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Pixels;
import org.modelpress.core.Preprocessor;
import org.tensorflow.lite.TensorFlowLite;

/**
 * Times the ways from a camera's planes to labels, in turns. What it says of speed is this
 * machine's, not a phone's: only ratios of one run mean something.
 *
 * <p>{@code camera_steps ROUNDS LABELS M.tflite M.manifest.json [PLANES.tflite
 * PLANES.manifest.json]} prints one JSON object: for each way a list of rounds, each a list of
 * milliseconds a frame.
 */
public final class CameraSteps implements AutoCloseable {
  static final int WIDTH = 640;
  static final int HEIGHT = 480;

  /** A phone that is held upright. */
  static final int DEGREES = 90;

  private static final int LABELS = 3;
  private static final int FRAMES = 4;
  private static final double TURN_MILLIS = 60;
  private static final int MOST_PER_TURN = 50;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final ClassifierOptions ONE_THREAD = new ClassifierOptions(1, true, false, false);

  /** Of a number of frames, the milliseconds of each, or one mean of them all. */
  private final Map<String, IntFunction<double[]>> ways = new LinkedHashMap<>();

  private final List<Classifier> open = new ArrayList<>();
  private final CameraFrame[] frames = new CameraFrame[FRAMES];
  private final Classifier plain;

  /** {@code planesModel} and its manifest are of a variant that takes planes, or null. */
  CameraSteps(List<String> labels, Path model, Path manifest, Path planesModel, Path planesManifest)
      throws IOException {
    for (int i = 0; i < FRAMES; i++) {
      frames[i] = new CameraFrame(WIDTH, HEIGHT, DEGREES, i);
    }
    plain = open(labels, model, manifest);
    addInput("naive_input", plain, NaiveYuv::convert);
    addInput("rows_input", plain, CameraFrame::pixels);
    addModel("model", plain);
    addLabel("naive", plain, NaiveYuv::convert);
    addLabel("rows", plain, CameraFrame::pixels);
    ways.put("pipeline", count -> new double[] {pipelined(count)});
    if (planesModel != null) {
      Classifier planes = open(labels, planesModel, planesManifest);
      addInput("planes_input", planes, CameraFrame::pixels);
      addLabel("planes", planes, CameraFrame::pixels);
    }
  }

  private Classifier open(List<String> labels, Path model, Path manifest) throws IOException {
    String json = new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8);
    Classifier classifier =
        new Classifier(MappedFile.read(model), ModelManifest.parse(json), labels, ONE_THREAD);
    open.add(classifier);
    return classifier;
  }

  private void addInput(String name, Classifier classifier, Function<CameraFrame, Pixels> reader) {
    Preprocessor preprocessor = new Preprocessor(classifier.manifest());
    ByteBuffer input = classifier.manifest().input().allocate(1);
    ways.put(name, count -> each(count, frame -> preprocessor.write(reader.apply(frame), input)));
  }

  private void addModel(String name, Classifier classifier) {
    ByteBuffer input = classifier.manifest().input().allocate(1);
    new Preprocessor(classifier.manifest()).write(frames[0].pixels(), input);
    ways.put(name, count -> each(count, frame -> classifier.classifyPrepared(input, LABELS)));
  }

  private void addLabel(String name, Classifier classifier, Function<CameraFrame, Pixels> reader) {
    ways.put(name, count -> each(count, frame -> classifier.classify(reader.apply(frame), LABELS)));
  }

  private double[] each(int count, Consumer<CameraFrame> step) {
    double[] times = new double[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      step.accept(frames[i % FRAMES]);
      times[i] = (System.nanoTime() - start) / NANOS_PER_MILLI;
    }
    return times;
  }

  /** A camera that always has a frame: it submits the next when the last was taken. */
  private static final class Endless implements FramePipeline.Frame, FramePipeline.Listener {
    private final CameraFrame[] frames;
    private final int count;
    private final CountDownLatch done = new CountDownLatch(1);
    private FramePipeline pipeline;
    private int next;
    private int answers;
    private long start;
    private volatile long nanos;
    private volatile boolean ended;
    private volatile RuntimeException problem;

    Endless(CameraFrame[] frames, int count) {
      this.frames = frames;
      this.count = count;
    }

    void start(FramePipeline of) {
      pipeline = of;
      of.submit(this);
    }

    @Override
    public Pixels pixels() {
      return frames[next++ % FRAMES].pixels();
    }

    @Override
    public void close() {
      if (!ended) {
        pipeline.submit(this);
      }
    }

    @Override
    public void onClassified(Classification result) {
      // The first ones find an empty pipeline.
      if (answers == 2) {
        start = System.nanoTime();
      }
      if (answers++ == 2 + count) {
        nanos = System.nanoTime() - start;
        done.countDown();
      }
    }

    @Override
    public void onFailed(RuntimeException failure) {
      problem = failure;
      done.countDown();
    }
  }

  /** Milliseconds a frame that is answered. */
  private double pipelined(int count) {
    Endless camera = new Endless(frames, count);
    try (FramePipeline pipeline = new FramePipeline(plain, LABELS, camera)) {
      camera.start(pipeline);
      camera.done.await();
      camera.ended = true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (camera.problem != null) {
      throw camera.problem;
    }
    return camera.nanos / NANOS_PER_MILLI / count;
  }

  /** For each way the times of each round; every way takes a turn in each. */
  JSONObject measure(int rounds, double warmUpMillis) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    ways.forEach((name, way) -> counts.put(name, warmUp(way, warmUpMillis)));
    JSONObject found = new JSONObject();
    for (String name : ways.keySet()) {
      found.put(name, new JSONArray());
    }
    for (int round = 0; round < rounds; round++) {
      ways.forEach(
          (name, way) -> found.getJSONArray(name).put(new JSONArray(way.apply(counts.get(name)))));
    }
    return found;
  }

  /** Lets the virtual machine compile the way; returns how many frames make a turn. */
  private static int warmUp(IntFunction<double[]> way, double millis) {
    long end = System.nanoTime() + (long) (millis * NANOS_PER_MILLI);
    double quickest;
    do {
      quickest = way.apply(1)[0];
    } while (System.nanoTime() < end);
    return (int) Math.max(1, Math.min(MOST_PER_TURN, TURN_MILLIS / quickest));
  }

  @Override
  public void close() {
    for (Classifier classifier : open) {
      classifier.close();
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 4 && args.length != 6) {
      System.err.println(
          "camera_steps: expected ROUNDS LABELS MODEL MANIFEST [PLANES_MODEL PLANES_MANIFEST]");
      System.exit(1);
    }
    QuietRuntime.start();
    boolean planes = args.length == 6;
    try (CameraSteps steps =
        new CameraSteps(
            Files.readAllLines(Paths.get(args[1])),
            Paths.get(args[2]),
            Paths.get(args[3]),
            planes ? Paths.get(args[4]) : null,
            planes ? Paths.get(args[5]) : null)) {
      JSONObject found = new JSONObject();
      found.put("runtime", TensorFlowLite.runtimeVersion());
      found.put("frame", new int[] {WIDTH, HEIGHT});
      found.put("degrees", DEGREES);
      found.put("rounds", steps.measure(Integer.parseInt(args[0]), 1500));
      System.out.println(found);
    }
  }
}
