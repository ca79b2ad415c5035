package org.modelpress.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.tensorflow.lite.DataType;
import org.tensorflow.lite.Tensor;

/**
 * Classifies images with a TensorFlow Lite model and the manifest that describes it.
 *
 * <p>An interpreter is not thread-safe, so calls take turns. Close it to free native memory; any
 * call after that throws {@link IllegalStateException}.
 */
public final class Classifier implements AutoCloseable {
  /**
   * The processor and the runtime's plain kernels, XNNPACK's for single operators at most; among
   * {@link #delegate()}'s values.
   */
  public static final String CPU = "CPU";

  /** The processor and the XNNPACK kernels, among {@link #delegate()}'s values. */
  public static final String XNNPACK = "CPU (XNNPACK)";

  /** Android's neural networks API, among {@link #delegate()}'s values. */
  public static final String NNAPI = "NNAPI";

  private static final double NANOS_PER_MILLI = 1e6;

  private final ModelManifest manifest;
  private final List<String> labels;
  private final Preprocessor preprocessor;
  private final ByteBuffer input;
  private final ByteBuffer output;
  private final ByteBuffer indices;
  private final Map<Integer, Object> outputs = new HashMap<>();
  private final Queue<Supplier<Engine>> untried;
  private Engine engine;
  private String fallbackReason = "";

  /**
   * Opens a model.
   *
   * @param model the .tflite file, mapped or direct; it must stay unchanged while this is open
   * @param manifest the model's manifest
   * @param labels one label for each output, in output order
   * @param options threads and kernels
   * @throws ManifestException if model or labels are not those that the manifest describes
   * @throws IllegalArgumentException if the runtime cannot load the model
   */
  public Classifier(
      ByteBuffer model, ModelManifest manifest, List<String> labels, ClassifierOptions options) {
    this(manifest, labels, engines(model, manifest, options));
  }

  /** The same with what runs the model, the first choice first. */
  Classifier(ModelManifest manifest, List<String> labels, List<Supplier<Engine>> engines) {
    if (labels.size() != manifest.labelCount()) {
      throw new ManifestException(
          String.format(
              "%d labels in the label file; expected %d", labels.size(), manifest.labelCount()));
    }
    this.manifest = manifest;
    this.labels = new ArrayList<>(labels);
    untried = new ArrayDeque<>(engines);
    openNext();
    try {
      checkTensor("input", engine.inputTensor(), manifest.input());
      checkTensor("output", engine.outputTensor(0), manifest.output());
      checkIndices();
      // Memory as the manifest says only after the model has said the same.
      preprocessor = new Preprocessor(manifest);
      input = manifest.input().allocate(1);
      output = manifest.output().allocate(1);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    outputs.put(0, output);
    indices =
        ByteBuffer.allocateDirect(manifest.topK() * Integer.BYTES).order(ByteOrder.nativeOrder());
    if (manifest.topK() > 0) {
      outputs.put(1, indices);
    }
  }

  private static List<Supplier<Engine>> engines(
      ByteBuffer model, ModelManifest manifest, ClassifierOptions options) {
    List<Supplier<Engine>> engines = new ArrayList<>();
    if (options.nnapi()) {
      engines.add(() -> TfliteEngine.onNnapi(model, manifest, options));
    }
    engines.add(() -> TfliteEngine.onProcessor(model, manifest, options));
    return engines;
  }

  /** The manifest that this was opened with. */
  public ModelManifest manifest() {
    return manifest;
  }

  /**
   * What really runs the model, or at least a part of it: {@link #CPU}, {@link #XNNPACK} or {@link
   * #NNAPI}.
   */
  public synchronized String delegate() {
    requireOpen();
    return engine.delegate();
  }

  /**
   * Steps of one inference. A delegate makes one step of all neighbouring operators that it takes:
   * 1 where it runs the whole model, {@link ModelManifest#operatorCount()} without any.
   */
  public synchronized int steps() {
    requireOpen();
    return engine.steps();
  }

  /** Why NNAPI was asked for and does not run; empty if it runs or was not asked for. */
  public synchronized String fallbackReason() {
    return fallbackReason;
  }

  /**
   * Classifies an image of any size.
   *
   * @param count how many labels to return; of a model that chooses them itself, no more than it
   *     does
   */
  public synchronized Classification classify(Pixels image, int count) {
    requireOpen();
    long start = System.nanoTime();
    preprocessor.write(image, input);
    long prepared = System.nanoTime();
    run();
    long end = System.nanoTime();
    return classification(
        count, (prepared - start) / NANOS_PER_MILLI, (end - prepared) / NANOS_PER_MILLI);
  }

  /**
   * Classifies what a {@link Preprocessor} of the same manifest has written.
   *
   * @param prepared the whole input tensor in native byte order, direct
   * @param count how many labels to return
   * @throws IllegalArgumentException if the buffer is not of the input's size
   */
  public synchronized Classification classifyPrepared(ByteBuffer prepared, int count) {
    requireOpen();
    long start = System.nanoTime();
    prepared.rewind();
    if (prepared.remaining() != input.capacity()) {
      throw new IllegalArgumentException(
          String.format(
              "%d bytes for input %s of %s, which takes %d; write them with Preprocessor",
              prepared.remaining(), manifest.input(), manifest.name(), input.capacity()));
    }
    input.clear();
    input.put(prepared);
    run();
    return classification(count, 0, (System.nanoTime() - start) / NANOS_PER_MILLI);
  }

  private Classification classification(int count, double preprocess, double inference) {
    float[] scores = new float[manifest.output().elementCount()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = manifest.output().realValue(output, i);
    }
    List<LabelScore> best =
        manifest.topK() > 0 ? chosen(scores, count) : TopLabels.of(scores, labels, count);
    return new Classification(best, preprocess, inference, delegate());
  }

  /** What the model has chosen itself, best first. */
  private List<LabelScore> chosen(float[] scores, int count) {
    List<LabelScore> best = new ArrayList<>();
    for (int i = 0; i < Math.min(count, scores.length); i++) {
      int index = indices.getInt(i * Integer.BYTES);
      best.add(new LabelScore(index, labels.get(index), scores[i]));
    }
    return best;
  }

  /** Runs the model on {@code image} and returns the output tensor's bytes, little-endian. */
  public synchronized byte[] rawOutput(Pixels image) {
    requireOpen();
    preprocessor.write(image, input);
    run();
    byte[] bytes = new byte[manifest.output().byteCount()];
    output.rewind();
    output.get(bytes);
    return bytes;
  }

  @Override
  public synchronized void close() {
    if (engine != null) {
      engine.close();
      engine = null;
    }
  }

  private void requireOpen() {
    if (engine == null) {
      throw new IllegalStateException("the classifier of " + manifest.name() + " is closed");
    }
  }

  private void run() {
    while (true) {
      try {
        input.rewind();
        output.rewind();
        indices.rewind();
        engine.run(input, outputs);
        return;
      } catch (RuntimeException e) {
        if (untried.isEmpty()) {
          throw e;
        }
        // A driver may accept a model and fail only when it runs.
        fallbackReason = String.valueOf(e.getMessage());
        close();
        openNext();
      }
    }
  }

  /** Opens the best engine that was not tried yet. */
  private void openNext() {
    while (engine == null) {
      Supplier<Engine> next = untried.remove();
      try {
        engine = next.get();
      } catch (RuntimeException | LinkageError e) {
        if (untried.isEmpty()) {
          throw e;
        }
        fallbackReason = String.valueOf(e.getMessage());
      }
    }
  }

  private void checkIndices() {
    int count = manifest.topK();
    if (engine.outputCount() != (count > 0 ? 2 : 1)) {
      throw new ManifestException(
          String.format(
              "the model has %d outputs; the manifest says %d (model and manifest are not a pair)",
              engine.outputCount(), count > 0 ? 2 : 1));
    }
    if (count == 0) {
      return;
    }
    Tensor tensor = engine.outputTensor(1);
    if (tensor.dataType() != DataType.INT32
        || !Arrays.equals(tensor.shape(), new int[] {1, count})) {
      throw new ManifestException(
          String.format(
              "the model answers classes as %s %s; the manifest says int32 [1, %d]",
              tensor.dataType(), Arrays.toString(tensor.shape()), count));
    }
  }

  private static void checkTensor(String role, Tensor tensor, TensorSpec expected) {
    String type = tensor.dataType().name().toLowerCase(Locale.ROOT);
    if (!type.equals(expected.type().manifestName())
        || !Arrays.equals(tensor.shape(), expected.shape())) {
      throw new ManifestException(
          String.format(
              "%s of the model is %s %s; the manifest says %s (model and manifest are not a pair)",
              role, type, Arrays.toString(tensor.shape()), expected));
    }
    Tensor.QuantizationParams quantization = tensor.quantizationParams();
    // A graph that casts its integer input to float states no scale; the manifest then says 1 and
    // 0.
    boolean unscaled = quantization.getScale() == 0 && quantization.getZeroPoint() == 0;
    float scale = unscaled ? 1 : quantization.getScale();
    if (expected.type().isQuantized()
        && (scale != (float) expected.scale()
            || quantization.getZeroPoint() != expected.zeroPoint())) {
      throw new ManifestException(
          String.format(
              "%s of the model has scale %s and zero point %d; the manifest says %s and %d",
              role,
              scale,
              quantization.getZeroPoint(),
              (float) expected.scale(),
              expected.zeroPoint()));
    }
  }
}
