package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.lite.Interpreter;

/**
 * Classifies many images, as many at once as memory allows, on the processor.
 *
 * <p>A batch is split into parts of equal size, each of which keeps within the budget; one image is
 * always tried. The budget is asked again before each part, and a part for which memory runs out is
 * halved. The answers are those of {@link Classifier}, in the order of the images. A model whose
 * graph takes only one image runs one at a time.
 */
public final class BatchClassifier implements AutoCloseable {
  /**
   * Memory of an image, as a multiple of the planned activations: kernels have buffers of their
   * own, and XNNPACK packs tensors less tightly. BatchClassifierTest measures it.
   */
  private static final int OVERHEAD = 2;

  // More at once is no faster on a phone's few cores.
  private static final int MOST = 64;

  private static final double NANOS_PER_MILLI = 1e6;

  private final ByteBuffer model;
  private final ModelManifest manifest;
  private final List<String> labels;
  private final ClassifierOptions options;
  private final MemoryBudget budget;
  private final Preprocessor preprocessor;
  private final ByteBuffer one;
  private final long bytesPerImage;
  private final List<Integer> parts = new ArrayList<>();
  private Interpreter interpreter;
  private Classifier single;
  private ByteBuffer input;
  private ByteBuffer output;
  private String delegate = "";
  // Images that the interpreter takes at once; 0 while there is none.
  private int capacity;
  private boolean closed;
  private boolean oneOnly;

  /**
   * Opens a model.
   *
   * @param model the .tflite file, mapped or direct; it must stay unchanged while this is open
   * @param manifest the model's manifest
   * @param labels one label for each output, in output order
   * @param options threads and kernels; NNAPI is not used, since drivers take fixed shapes
   * @param budget asked before each part of a batch
   * @throws ManifestException if model or labels are not those that the manifest describes
   * @throws IllegalArgumentException if the runtime cannot load the model
   */
  public BatchClassifier(
      ByteBuffer model,
      ModelManifest manifest,
      List<String> labels,
      ClassifierOptions options,
      MemoryBudget budget) {
    ClassifierOptions processor =
        new ClassifierOptions(options.threads(), options.xnnpack(), false, false);
    // Refuses what does not belong together, in the same words.
    try (Classifier checked = new Classifier(model, manifest, labels, processor)) {
      delegate = checked.delegate();
    }
    this.model = model;
    this.manifest = manifest;
    this.labels = new ArrayList<>(labels);
    this.options = processor;
    this.budget = budget;
    // A built-in top-k is for cameras; without a plan of its memory a batch has no known size.
    oneOnly = manifest.topK() > 0 || manifest.activationBytes() == ModelManifest.UNKNOWN_BYTES;
    preprocessor = new Preprocessor(manifest);
    one = manifest.input().allocate(1);
    bytesPerImage =
        OVERHEAD * Math.max(0, manifest.activationBytes())
            + manifest.input().byteCount()
            + manifest.output().byteCount();
  }

  /** Memory that is reserved for each image of a part, in bytes. */
  public long bytesPerImage() {
    return bytesPerImage;
  }

  /** Sizes of the parts that the last batch was split into. */
  public synchronized List<Integer> parts() {
    return new ArrayList<>(parts);
  }

  /**
   * Classifies images of any size.
   *
   * @param images read once, in their order
   * @param count how many labels to return for each
   * @return a classification for each image; its inference time is its share of its part's
   * @throws IllegalStateException if this is closed
   */
  public synchronized List<Classification> classify(List<? extends Pixels> images, int count) {
    if (closed) {
      throw new IllegalStateException("the classifier of " + manifest.name() + " is closed");
    }
    parts.clear();
    List<Classification> results = new ArrayList<>();
    int most = MOST;
    while (results.size() < images.size()) {
      int left = images.size() - results.size();
      // What this holds already can be used again.
      long available = budget.availableBytes() + capacity * bytesPerImage;
      int size = partSize(left, oneOnly ? 1 : most, bytesPerImage, available);
      try {
        if (size != capacity && (size + 1 != capacity || available < capacity * bytesPerImage)) {
          open(size);
        }
        results.addAll(run(images.subList(results.size(), results.size() + size), count));
        parts.add(size);
        // Memory that comes free meanwhile is left to others: each change of size opens anew.
        most = size;
      } catch (OutOfMemoryError | IllegalStateException | IllegalArgumentException e) {
        // The runtime says that it cannot allocate, or cannot resize, in the same kinds.
        closeInterpreter();
        if (size == 1) {
          throw e;
        }
        most = size / 2;
      }
    }
    return results;
  }

  /**
   * Size of the next part of {@code left} images.
   *
   * @return at least 1; parts differ by one image at most while the budget stays
   */
  static int partSize(int left, int most, long bytesPerImage, long available) {
    long fits = Math.max(1, Math.min(most, available / Math.max(1, bytesPerImage)));
    long parts = (left + fits - 1) / fits;
    return (int) ((left + parts - 1) / parts);
  }

  private List<Classification> run(List<? extends Pixels> images, int count) {
    if (single != null) {
      return Collections.singletonList(single.classify(images.get(0), count));
    }
    long start = System.nanoTime();
    input.clear();
    for (Pixels image : images) {
      preprocessor.write(image, one);
      input.put(one);
    }
    long prepared = System.nanoTime();
    input.rewind();
    output.rewind();
    interpreter.run(input, output);
    double share = NANOS_PER_MILLI * images.size();
    double inference = (System.nanoTime() - prepared) / share;
    List<Classification> results = new ArrayList<>();
    float[] scores = new float[manifest.labelCount()];
    for (int image = 0; image < images.size(); image++) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] = manifest.output().realValue(output, image * scores.length + i);
      }
      List<LabelScore> best = TopLabels.of(scores, labels, count);
      results.add(new Classification(best, (prepared - start) / share, inference, delegate));
    }
    return results;
  }

  /** Opens an interpreter for {@code size} images; one that is open keeps its largest memory. */
  private void open(int size) {
    closeInterpreter();
    if (manifest.topK() > 0) {
      single = new Classifier(model, manifest, labels, options);
      capacity = 1;
      return;
    }
    input = manifest.input().allocate(size);
    output = manifest.output().allocate(size);
    interpreter = new Interpreter(model, TfliteEngine.processor(options));
    capacity = size;
    if (size > 1) {
      int[] shape = manifest.input().shape();
      shape[0] = size;
      interpreter.resizeInput(0, shape);
      interpreter.allocateTensors();
      int rows = interpreter.getOutputTensor(0).shape()[0];
      if (rows != size) {
        // A reshape inside of the graph has the batch of one written into it.
        oneOnly = true;
        throw new IllegalStateException(
            String.format("%s gives %d answers to %d images", manifest.name(), rows, size));
      }
    }
  }

  private void closeInterpreter() {
    capacity = 0;
    if (single != null) {
      single.close();
      single = null;
    }
    input = null;
    output = null;
    if (interpreter != null) {
      interpreter.close();
      interpreter = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeInterpreter();
  }
}
