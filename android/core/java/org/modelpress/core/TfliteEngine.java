package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.Map;
import org.tensorflow.lite.ExecutionPlan;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.Tensor;
import org.tensorflow.lite.nnapi.NnApiDelegate;

/** An interpreter of TensorFlow Lite on the processor, or with NNAPI. */
final class TfliteEngine implements Engine {
  private final Interpreter interpreter;
  private final NnApiDelegate nnapi;
  private final ModelManifest manifest;

  private TfliteEngine(Interpreter interpreter, NnApiDelegate nnapi, ModelManifest manifest) {
    this.interpreter = interpreter;
    this.nnapi = nnapi;
    this.manifest = manifest;
  }

  /**
   * Opens a model on the processor.
   *
   * @throws IllegalArgumentException if the runtime cannot load the model
   */
  static TfliteEngine onProcessor(
      ByteBuffer model, ModelManifest manifest, ClassifierOptions options) {
    return new TfliteEngine(new Interpreter(model, processor(options)), null, manifest);
  }

  /**
   * Opens a model with NNAPI.
   *
   * @throws RuntimeException if NNAPI is absent or takes no two neighbouring operators of the model
   */
  static TfliteEngine onNnapi(ByteBuffer model, ModelManifest manifest, ClassifierOptions options) {
    NnApiDelegate nnapi =
        new NnApiDelegate(new NnApiDelegate.Options().setAllowFp16(options.halfPrecision()));
    TfliteEngine engine = null;
    try {
      // Without XNNPACK, a shorter plan can only be NNAPI's doing.
      Interpreter.Options wanted = processor(options).setUseXNNPACK(false).addDelegate(nnapi);
      engine = new TfliteEngine(new Interpreter(model, wanted), nnapi, manifest);
      if (!engine.joinsOperators()) {
        throw new IllegalStateException(
            "NNAPI takes no two neighbouring operators of this model on this device");
      }
      return engine;
    } catch (RuntimeException | LinkageError e) {
      if (engine == null) {
        nnapi.close();
      } else {
        engine.close();
      }
      throw e;
    }
  }

  /** The runtime's options for the processor. */
  static Interpreter.Options processor(ClassifierOptions options) {
    return new Interpreter.Options()
        .setNumThreads(options.threads())
        .setUseXNNPACK(options.xnnpack());
  }

  @Override
  public void run(ByteBuffer input, Map<Integer, Object> outputs) {
    interpreter.runForMultipleInputsOutputs(new Object[] {input}, outputs);
  }

  @Override
  public String delegate() {
    if (nnapi != null) {
      return Classifier.NNAPI;
    }
    return joinsOperators() ? Classifier.XNNPACK : Classifier.CPU;
  }

  @Override
  public int steps() {
    return ExecutionPlan.length(interpreter);
  }

  @Override
  public Tensor inputTensor() {
    return interpreter.getInputTensor(0);
  }

  @Override
  public int outputCount() {
    return interpreter.getOutputTensorCount();
  }

  @Override
  public Tensor outputTensor(int index) {
    return interpreter.getOutputTensor(index);
  }

  @Override
  public void close() {
    // The interpreter uses the delegate until it is closed itself.
    interpreter.close();
    if (nnapi != null) {
      nnapi.close();
    }
  }

  /**
   * Whether a delegate runs neighbouring operators as one step. Where it takes single ones only,
   * there are as many steps as without it, and the runtime's Java interface tells no more.
   */
  private boolean joinsOperators() {
    return steps() < manifest.operatorCount();
  }
}
