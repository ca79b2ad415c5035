package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.tensorflow.lite.TensorFlowLite;

/**
 * Size, speed and memory of one variant on this device. Memory means something only in a process
 * that has opened no other model: see {@link #measure}.
 */
public final class Measurement {
  private static final int WARM_UP_RUNS = 10;
  private static final int FEWEST_RUNS = 10;
  private static final int MOST_RUNS = 100;
  private static final double BUDGET_MILLIS = 5000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int GREY = 0x80;

  private final ModelManifest manifest;
  private final ClassifierOptions options;
  private final String delegate;
  private final double loadMillis;
  private final double firstMillis;
  private final Latencies latencies;
  private final long baseMemory;
  private final long peakMemory;
  private final boolean whole;

  private Measurement(
      ModelManifest manifest,
      ClassifierOptions options,
      Classifier classifier,
      double loadMillis,
      List<Double> inferences,
      long baseMemory) {
    this.manifest = manifest;
    this.options = options;
    this.loadMillis = loadMillis;
    this.baseMemory = baseMemory;
    firstMillis = inferences.get(0);
    double[] steady = new double[inferences.size() - 1 - WARM_UP_RUNS];
    for (int i = 0; i < steady.length; i++) {
      steady[i] = inferences.get(1 + WARM_UP_RUNS + i);
    }
    latencies = new Latencies(steady);
    delegate = classifier.delegate();
    whole = classifier.steps() == 1;
    peakMemory = Math.max(baseMemory, ProcessMemory.peakResident());
  }

  /**
   * Opens a model and measures it: one first inference, 10 to warm up, then 10 to 100 within about
   * five seconds.
   *
   * <p>The peak is that of the whole process since its start, so that it belongs to this variant
   * only where nothing else ran before.
   *
   * @throws RuntimeException what opening or running the model throws
   */
  public static Measurement measure(
      ByteBuffer model, ModelManifest manifest, List<String> labels, ClassifierOptions options) {
    TensorFlowLite.init();
    long baseMemory = ProcessMemory.resident();
    long start = System.nanoTime();
    try (Classifier classifier = new Classifier(model, manifest, labels, options)) {
      double loadMillis = (System.nanoTime() - start) / NANOS_PER_MILLI;
      Pixels image = grey(manifest);
      List<Double> inferences = new ArrayList<>();
      double spent = 0;
      int enough = 1 + WARM_UP_RUNS + FEWEST_RUNS;
      int most = 1 + WARM_UP_RUNS + MOST_RUNS;
      while (inferences.size() < enough || (spent < BUDGET_MILLIS && inferences.size() < most)) {
        double millis = classifier.classify(image, 1).inferenceMillis();
        inferences.add(millis);
        spent += millis;
      }
      return new Measurement(manifest, options, classifier, loadMillis, inferences, baseMemory);
    }
  }

  /** What really ran the model, see {@link Classifier#delegate()}. */
  public String delegate() {
    return delegate;
  }

  public Latencies latencies() {
    return latencies;
  }

  /** The largest resident memory of the process, bytes. */
  public long peakMemory() {
    return peakMemory;
  }

  /**
   * A record of metrics.json, schema version 1. The runtime's Java interface tells how many steps
   * an inference has, not which: {@code partitions} is 1 where one delegate runs the whole model
   * and 0 otherwise, {@code undelegated} is empty.
   *
   * @param zippedBytes see {@link #zippedBytes}
   */
  public JSONObject toRecord(long zippedBytes) {
    try {
      return new JSONObject()
          .put("variant", manifest.name())
          .put("recipe", manifest.recipe())
          .put("sha256", manifest.modelSha256())
          .put("bytes", manifest.modelBytes())
          .put("zipped_bytes", zippedBytes)
          .put("runtime", runtime())
          .put("delegate", delegateName())
          .put("threads", options.threads())
          .put("load_ms", loadMillis)
          .put("first_ms", firstMillis)
          .put(
              "latency",
              new JSONObject()
                  .put("median_ms", latencies.median())
                  .put("p90_ms", latencies.p90())
                  .put("iqr_ms", latencies.iqr())
                  .put("runs", latencies.count())
                  .put("warmup_runs", WARM_UP_RUNS))
          .put("base_memory_bytes", baseMemory)
          .put("peak_memory_bytes", peakMemory)
          .put("partitions", whole && !delegate.equals(Classifier.CPU) ? 1 : 0)
          .put("undelegated", new JSONArray());
    } catch (JSONException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Bytes of {@code file} deflated at level 9, as a store's download does; its position stays. */
  public static long zippedBytes(ByteBuffer file) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try {
      ByteBuffer rest = file.duplicate();
      byte[] in = new byte[1 << 16];
      byte[] out = new byte[1 << 16];
      while (!deflater.finished()) {
        if (deflater.needsInput()) {
          int count = Math.min(in.length, rest.remaining());
          rest.get(in, 0, count);
          deflater.setInput(in, 0, count);
          if (!rest.hasRemaining()) {
            deflater.finish();
          }
        }
        deflater.deflate(out);
      }
      return deflater.getBytesWritten();
    } finally {
      deflater.end();
    }
  }

  private String delegateName() {
    switch (delegate) {
      case Classifier.XNNPACK:
        return "xnnpack";
      case Classifier.NNAPI:
        return "nnapi";
      default:
        return "none";
    }
  }

  private static JSONObject runtime() throws JSONException {
    return new JSONObject()
        .put("name", "tensorflow-lite")
        .put("version", TensorFlowLite.runtimeVersion());
  }

  private static Pixels grey(ModelManifest manifest) {
    int width = manifest.inputWidth();
    int height = manifest.inputHeight();
    byte[] pixels = new byte[width * height * RgbImage.CHANNELS];
    Arrays.fill(pixels, (byte) GREY);
    if (manifest.takesPlanes()) {
      YuvPixels.Plane plane = new YuvPixels.Plane(ByteBuffer.wrap(pixels), width, 1);
      return new YuvPixels(width, height, manifest.rotationDegrees(), plane, plane, plane);
    }
    return new RgbImage(width, height, pixels);
  }
}
