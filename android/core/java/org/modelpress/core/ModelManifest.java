package org.modelpress.core;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What an app needs to know about a model, read from the manifest.json that travels with it.
 *
 * <p>The manifest is the only source of sizes, scales, means and labels: the app states none.
 * schemas/manifest.schema.json describes the file.
 */
public final class ModelManifest {
  /** What {@link #activationBytes} returns where the build could not plan them. */
  public static final long UNKNOWN_BYTES = -1;

  private static final int SCHEMA_VERSION = 3;
  private static final int IMAGE_RANK = 4;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern FILE_NAME = Pattern.compile("(?!\\.{1,2}$)[^/\\\\]+");

  private final String name;
  private final String variant;
  private final String recipe;
  private final String modelFile;
  private final String modelSha256;
  private final long modelBytes;
  private final boolean trained;
  private final boolean computesFloats;
  private final String labelsFile;
  private final int labelCount;
  private final TensorSpec input;
  private final TensorSpec output;
  private final Preprocessing preprocessing;
  private final int operatorCount;
  private final long activationBytes;
  private final int topK;
  // Null for a model that takes an image of its own size.
  private final CameraInput camera;

  private ModelManifest(JsonFields json) {
    checkVersion(json.integer("schema_version", 0, Integer.MAX_VALUE));
    json.oneOf("format", "tflite");
    name = json.text("name");
    JsonFields source = json.object("source");
    String model = source.text("name") + "_";
    variant = name.startsWith(model) ? name.substring(model.length()) : name;
    trained = source.flag("trained");
    JsonFields compression = source.objectOrNull("compression");
    JsonFields conversion = json.object("recipe");
    recipe = (compression == null ? "" : compression.text("name") + "_") + conversion.text("name");
    computesFloats = conversion.text("activations").equals("float32");
    JsonFields file = json.object("model");
    modelFile = file.text("file", FILE_NAME, "a file name without a folder");
    // It becomes a file's name.
    modelSha256 = file.text("sha256", SHA256, "64 hexadecimal digits");
    modelBytes = file.count("bytes");
    JsonFields labels = json.object("labels");
    labelsFile = labels.text("file", FILE_NAME, "a file name without a folder");
    labelCount = labels.integer("count", 1, Integer.MAX_VALUE);
    preprocessing = new Preprocessing(json.object("preprocess"));
    activationBytes = json.countOrUnknown("activation_bytes");
    int operators = 0;
    for (JsonFields use : json.object("requires").objects("ops")) {
      operators += use.integer("count", 1, Integer.MAX_VALUE);
    }
    operatorCount = operators;
    JsonFields frame = json.objectOrNull("camera_input");
    camera = frame == null ? null : new CameraInput(frame);
    input = input(json);
    JsonFields postprocess = json.objectOrNull("postprocess");
    topK = postprocess == null ? 0 : topK(json, postprocess);
    output = output(json);
  }

  private static void checkVersion(int version) {
    if (version < SCHEMA_VERSION) {
      throw new ManifestException(
          String.format(
              "schema_version %d was written by an older model_press, expected %d; build the"
                  + " variant again",
              version, SCHEMA_VERSION));
    }
    if (version > SCHEMA_VERSION) {
      throw new ManifestException(
          String.format(
              "schema_version %d, expected %d; build the app again, from the checkout of the"
                  + " variant",
              version, SCHEMA_VERSION));
    }
  }

  private TensorSpec input(JsonFields json) {
    TensorSpec tensor = new TensorSpec(json.object("input"));
    int[] shape = tensor.shape();
    boolean image = shape.length == IMAGE_RANK && shape[0] == 1 && shape[3] == RgbImage.CHANNELS;
    if (camera == null && !image) {
      throw json.refusal("input", tensor, "one RGB image [1, H, W, 3]");
    }
    boolean bytes =
        tensor.type() == ElementType.UINT8 && tensor.scale() == 1 && tensor.zeroPoint() == 0;
    if (camera != null && !(bytes && Arrays.equals(shape, camera.shape()))) {
      throw json.refusal(
          "input",
          tensor,
          "the frame of camera_input, uint8 "
              + Arrays.toString(camera.shape())
              + " with scale 1 and zero point 0");
    }
    return tensor;
  }

  private int topK(JsonFields json, JsonFields postprocess) {
    if (camera == null) {
      throw json.refusal("postprocess", "an object", "null, as camera_input is null");
    }
    String steps = String.join(" ", postprocess.texts("steps"));
    if (!steps.matches("|softmax|(softmax )?(topk|argmax)")) {
      throw postprocess.refusal("steps", steps, "softmax first, then topk or argmax");
    }
    int least = steps.endsWith("topk") || steps.endsWith("argmax") ? 1 : 0;
    int most = steps.endsWith("topk") ? labelCount : least;
    return postprocess.integer("top_k", least, most);
  }

  private TensorSpec output(JsonFields json) {
    JsonFields fields = json.object("output");
    TensorSpec tensor = new TensorSpec(fields);
    int[] expected = {1, topK > 0 ? topK : labelCount};
    if (!Arrays.equals(tensor.shape(), expected)) {
      throw json.refusal("output", tensor, "scores " + Arrays.toString(expected));
    }
    String indices = fields.textOrNull("indices");
    if ((indices == null) != (topK == 0)) {
      throw fields.refusal("indices", indices, topK == 0 ? "null" : "the name of an output");
    }
    return tensor;
  }

  /**
   * Reads a manifest.
   *
   * @param json the text of manifest.json
   * @throws ManifestException if it is not JSON, lacks a field or does not describe an image
   *     classifier in TensorFlow Lite's format
   */
  public static ModelManifest parse(String json) {
    return new ModelManifest(JsonFields.parse(json, "manifest.json"));
  }

  /** Name of the variant, for example {@code digits_int8}. */
  public String name() {
    return name;
  }

  /** Name of the variant without that of its model, for example {@code channels80_int8}. */
  public String variant() {
    return variant;
  }

  /**
   * What was done to the model, for example {@code int8} or {@code macs30_int8}: the compression's
   * name in front of the recipe's.
   */
  public String recipe() {
    return recipe;
  }

  /** File name of the model as the build wrote it; a bundle may rename it. */
  public String modelFile() {
    return modelFile;
  }

  /** SHA-256 of the .tflite, 64 hexadecimal digits. */
  public String modelSha256() {
    return modelSha256;
  }

  /** Size of the .tflite in bytes. */
  public long modelBytes() {
    return modelBytes;
  }

  /** Whether the weights are trained; the labels of a model that is not mean nothing. */
  public boolean trained() {
    return trained;
  }

  /** Whether its kernels compute in floating point, so that half precision can make them faster. */
  public boolean computesFloats() {
    return computesFloats;
  }

  /** File name of the labels as the build wrote it; a bundle may rename it. */
  public String labelsFile() {
    return labelsFile;
  }

  public int labelCount() {
    return labelCount;
  }

  public TensorSpec input() {
    return input;
  }

  public TensorSpec output() {
    return output;
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Number of operators in the model's graph. */
  public int operatorCount() {
    return operatorCount;
  }

  /**
   * Memory that the runtime takes for one image beside the weights, in bytes, or {@link
   * #UNKNOWN_BYTES}.
   */
  public long activationBytes() {
    return activationBytes;
  }

  /** Number of classes returned by the model's built-in top-k, or 0 if it returns all scores. */
  public int topK() {
    return topK;
  }

  /** Whether the model takes a camera's planes (NV12 or NV21) instead of pixels. */
  public boolean takesPlanes() {
    return camera != null && camera.isPlanar();
  }

  /** Whether V comes before U in the planes that the model takes. */
  boolean redFirst() {
    return takesPlanes() && camera.colorOrder.equals("NV21");
  }

  /** Degrees clockwise by which the model itself rotates a frame upright. */
  public int rotationDegrees() {
    return camera == null ? 0 : camera.rotationDegrees;
  }

  /** Height in pixels of the image that the model takes, before the model rotates it. */
  public int inputHeight() {
    return camera == null ? input.shape()[1] : camera.height;
  }

  /** Width in pixels of the image that the model takes, before the model rotates it. */
  public int inputWidth() {
    return camera == null ? input.shape()[2] : camera.width;
  }

  /** Where a picture goes in the input. */
  Placement placement(Pixels image) {
    return camera == null
        ? Placement.filling(image, inputWidth(), inputHeight(), preprocessing.crop())
        : Placement.forCamera(
            image, camera.width, camera.height, camera.modelWidth, camera.modelHeight, camera.crop);
  }
}
