package org.modelpress.core;

import java.util.regex.Pattern;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * What an app needs to know about a model, read from the manifest.json that travels with it.
 *
 * <p>The manifest is the only source of sizes, scales, means and labels: the app states none.
 */
public final class ModelManifest {
  /** The plain schema: one output, a score for each class. */
  static final int PLAIN_SCHEMA = 1;

  /** The schema of a model that crops, resizes and chooses the best classes itself. */
  static final int FUSED_SCHEMA = 2;

  private static final int IMAGE_RANK = 4;

  /** Pixels; a picture of 100 megapixels has no longer one. */
  private static final int LONGEST_SIDE = 16384;

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final String FILTER = "bilinear_antialias";

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
  private final int answerCount;
  private final String frameOrder;
  private final int turn;
  // Height and width that a fused model resizes to; empty of another, and whether it crops first.
  private final int[] network;
  private final boolean networkCrops;

  private ModelManifest(JSONObject json) throws JSONException {
    int version = json.getInt("schema_version");
    boolean fused = version == FUSED_SCHEMA;
    if (version != PLAIN_SCHEMA && !fused) {
      throw new ManifestException(
          String.format(
              "schema_version %d; this app reads versions %d and %d, rebuild both from one"
                  + " checkout",
              version, PLAIN_SCHEMA, FUSED_SCHEMA));
    }
    name = json.getString("name");
    String model = json.getJSONObject("source").getString("name") + "_";
    variant = name.startsWith(model) ? name.substring(model.length()) : name;
    JSONObject compression = json.getJSONObject("source").optJSONObject("compression");
    recipe =
        (compression == null ? "" : compression.getString("name") + "_")
            + json.getJSONObject("recipe").getString("name");
    computesFloats = json.getJSONObject("recipe").optString("activations").equals("float32");
    modelFile = json.getJSONObject("model").getString("file");
    modelSha256 = json.getJSONObject("model").getString("sha256");
    if (!SHA256.matcher(modelSha256).matches()) {
      // It becomes a file's name.
      throw new ManifestException("model.sha256 \"" + modelSha256 + "\"; expected 64 digits");
    }
    modelBytes = json.getJSONObject("model").getLong("bytes");
    trained = json.getJSONObject("source").getBoolean("trained");
    labelsFile = json.getJSONObject("labels").getString("file");
    labelCount = json.getJSONObject("labels").getInt("count");
    input = tensor(json.getJSONObject("input"));
    output = tensor(json.getJSONObject(fused ? "scores" : "output"));
    answerCount = fused ? json.getJSONObject("answer").getInt("count") : 0;
    preprocessing = preprocessing(json.getJSONObject("preprocess"));
    operatorCount = operators(json.getJSONArray("ops"));
    frameOrder = fused ? json.getJSONObject("entry").getString("color_order") : "";
    turn = fused ? json.getJSONObject("entry").getInt("turn") : 0;
    if (turn != 0 && !takesPlanes()) {
      throw new ManifestException(
          String.format("turn %d of %s; this app hands over upright pixels", turn, frameOrder));
    }
    network = fused ? network(json.getJSONArray("network")) : new int[0];
    networkCrops = fused && crops("entry fit", json.getJSONObject("entry").getString("fit"));
    int[] shape = input.shape();
    boolean alpha = fused && shape.length == IMAGE_RANK && shape[3] == RgbImage.CHANNELS + 1;
    boolean image = alpha || (shape.length == IMAGE_RANK && shape[3] == RgbImage.CHANNELS);
    if (takesPlanes()) {
      // Three rows of bytes for two of pixels, each byte by itself.
      image = shape.length == IMAGE_RANK && shape[3] == 1 && shape[1] % 3 == 0 && shape[2] % 2 == 0;
    }
    if (!image || shape[0] != 1) {
      throw new ManifestException("input " + input + "; expected one RGB image [1, H, W, 3]");
    }
    if (answerCount < 0 || answerCount > labelCount) {
      throw new ManifestException(
          String.format("%d answers of %d labels; expected 0 to all", answerCount, labelCount));
    }
    if (output.elementCount() != (answerCount > 0 ? answerCount : labelCount)) {
      throw new ManifestException(
          String.format("output %s has another width than the %d labels", output, labelCount));
    }
  }

  /**
   * Reads a manifest.
   *
   * @param json the text of manifest.json
   * @throws ManifestException if it is no JSON, lacks a field or describes no image classifier
   */
  public static ModelManifest parse(String json) {
    try {
      return new ModelManifest(new JSONObject(json));
    } catch (JSONException e) {
      throw new ManifestException(e.getMessage());
    } catch (StackOverflowError e) {
      throw new ManifestException("its JSON is nested too deep");
    }
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
   * How many classes the model itself chooses; its second output then says which. 0 of a model that
   * scores every class.
   */
  public int answerCount() {
    return answerCount;
  }

  /** Whether the model takes a camera's planes (NV12 or NV21) instead of pixels. */
  public boolean takesPlanes() {
    return frameOrder.startsWith("NV");
  }

  /** Whether V comes before U in the planes that the model takes. */
  boolean redFirst() {
    return frameOrder.equals("NV21");
  }

  /** Degrees clockwise by which the model itself turns a frame upright. */
  public int turn() {
    return turn;
  }

  /** Height in pixels of the image that the model takes, before it turns it. */
  public int inputHeight() {
    return takesPlanes() ? input.shape()[1] * 2 / 3 : input.shape()[1];
  }

  /** Width in pixels of the image that the model takes, before it turns it. */
  public int inputWidth() {
    return input.shape()[2];
  }

  /** Where a picture goes in the input. */
  Placement placement(Pixels image) {
    int width = inputWidth();
    int height = inputHeight();
    return network.length == 0
        ? Placement.filling(image, width, height, preprocessing.crop())
        : Placement.fused(image, width, height, network[1], network[0], networkCrops);
  }

  private static int[] network(JSONArray json) throws JSONException {
    int[] sides = json.length() == 2 ? new int[] {json.getInt(0), json.getInt(1)} : new int[2];
    for (int side : sides) {
      if (side < 1 || side > LONGEST_SIDE) {
        throw new ManifestException(
            String.format(
                "network is %s; expected a height and a width of 1 to %d", json, LONGEST_SIDE));
      }
    }
    return sides;
  }

  private static boolean crops(String field, String fit) {
    return one(field, fit, "crop", "stretch").equals("crop");
  }

  private static int operators(JSONArray json) throws JSONException {
    int count = 0;
    for (int i = 0; i < json.length(); i++) {
      count += json.getJSONObject(i).getInt("count");
    }
    return count;
  }

  private static TensorSpec tensor(JSONObject json) throws JSONException {
    JSONArray sizes = json.getJSONArray("shape");
    int[] shape = new int[sizes.length()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sizes.getInt(i);
    }
    return new TensorSpec(
        json.getString("name"),
        shape,
        ElementType.fromManifestName(json.getString("dtype")),
        json.getDouble("scale"),
        json.getInt("zero_point"));
  }

  private static Preprocessing preprocessing(JSONObject json) throws JSONException {
    JSONObject resize = json.getJSONObject("resize");
    if (!FILTER.equals(resize.getString("filter"))) {
      throw new ManifestException(
          String.format(
              "resize filter \"%s\"; this app has %s only", resize.getString("filter"), FILTER));
    }
    return new Preprocessing(
        crops("resize fit", resize.getString("fit")),
        one("color_order", json.getString("color_order"), "BGR", "RGB").equals("BGR"),
        channels(json.getJSONArray("mean")),
        channels(json.getJSONArray("std")));
  }

  private static String one(String field, String value, String first, String second) {
    if (!value.equals(first) && !value.equals(second)) {
      throw new ManifestException(
          String.format("%s \"%s\"; expected \"%s\" or \"%s\"", field, value, first, second));
    }
    return value;
  }

  private static double[] channels(JSONArray json) throws JSONException {
    if (json.length() != RgbImage.CHANNELS) {
      throw new ManifestException("mean or std of " + json.length() + " channels; expected 3");
    }
    double[] values = new double[RgbImage.CHANNELS];
    for (int i = 0; i < values.length; i++) {
      values[i] = json.getDouble(i);
    }
    return values;
  }
}
