package org.modelpress.gpu;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Random;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.Test;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Preprocessor;
import org.modelpress.core.RgbImage;
import org.modelpress.core.YuvPixels;

/**
 * The GPU's bytes are the processor's. Runs the real class and its shaders on this machine's OpenGL
 * ES, which is Mesa's software renderer where there is no GPU.
 */
public final class GpuPreprocessorTest {
  private static final Path FIXTURES = Paths.get(System.getProperty("fixtures"));
  private static final int[] DEGREES = {0, 90, 180, 270};

  static {
    System.loadLibrary("host_gles");
  }

  private static JSONObject json(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(FIXTURES.resolve("encode_" + name + ".manifest.json"));
    return new JSONObject(new String(bytes, StandardCharsets.UTF_8));
  }

  private static ModelManifest manifest(JSONObject json, int width, int height, String fit)
      throws Exception {
    json.getJSONObject("input").put("shape", new JSONArray(new int[] {1, height, width, 3}));
    json.getJSONObject("preprocess").getJSONObject("resize").put("fit", fit);
    return ModelManifest.parse(json.toString());
  }

  /** Noise, with rows of {@code padding} bytes more than they need. */
  private static YuvPixels.Plane plane(
      int columns, int rows, int step, int padding, Random random) {
    int stride = step * columns + padding;
    // As a camera gives it: nothing behind the last value.
    byte[] bytes = new byte[stride * (rows - 1) + step * (columns - 1) + 1];
    random.nextBytes(bytes);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
    direct.put(bytes);
    return new YuvPixels.Plane(direct, stride, step);
  }

  private static YuvPixels frame(int width, int height, int degrees, int step, long seed) {
    Random random = new Random(seed);
    return new YuvPixels(
        width,
        height,
        degrees,
        plane(width, height, 1, 5, random),
        plane(width / 2, height / 2, step, 3, random),
        plane(width / 2, height / 2, step, 0, random));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] all = new byte[buffer.remaining()];
    buffer.get(all);
    return all;
  }

  private static void assertSame(GpuPreprocessor gpu, ModelManifest manifest, YuvPixels frame) {
    ByteBuffer expected = manifest.input().allocate(1);
    new Preprocessor(manifest).write(frame, expected);
    ByteBuffer found = manifest.input().allocate(1);
    gpu.write(frame, found);
    String what = manifest.input() + " of a frame turned by " + frame.degrees();
    assertArrayEquals(what, bytes(expected), bytes(found));
  }

  @Test
  public void everyNumberFormatAndColourOrder() throws Exception {
    String[] names = {
      "fused_uint8", "tf_float32", "tf_uint8", "tf_int8", "caffe_float32", "torch_int16",
    };
    for (String name : names) {
      ModelManifest manifest = manifest(json(name), 21, 17, "crop");
      try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
        assertSame(gpu, manifest, frame(64, 48, 90, 2, 1));
      }
    }
  }

  @Test
  public void everyTurnFitAndStorage() throws Exception {
    for (String fit : new String[] {"crop", "stretch"}) {
      ModelManifest manifest = manifest(json("fused_uint8"), 19, 30, fit);
      try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
        for (int degrees : DEGREES) {
          for (int step : new int[] {1, 2}) {
            assertSame(gpu, manifest, frame(66, 40, degrees, step, degrees + step));
          }
        }
      }
    }
  }

  @Test
  public void whereAModelThatCropsItselfLooks() throws Exception {
    for (String name : new String[] {"place_00_crop", "place_06_crop", "place_07_stretch"}) {
      byte[] bytes = Files.readAllBytes(FIXTURES.resolve(name + ".manifest.json"));
      ModelManifest manifest = ModelManifest.parse(new String(bytes, StandardCharsets.UTF_8));
      try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
        for (int degrees : DEGREES) {
          assertSame(gpu, manifest, frame(64, 48, degrees, 2, degrees));
        }
      }
    }
  }

  @Test
  public void sameSizeGrowthAndTheSizesOfPhones() throws Exception {
    int[][] sizes = {{16, 16, 16, 16}, {8, 6, 31, 33}, {640, 480, 80, 80}, {640, 480, 299, 299}};
    for (int[] size : sizes) {
      ModelManifest manifest = manifest(json("tf_float32"), size[2], size[3], "crop");
      try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
        assertSame(gpu, manifest, frame(size[0], size[1], 90, 2, 3));
      }
    }
  }

  @Test
  public void everyPairOfColours() throws Exception {
    // Four pixels a pair: U by column, V by row.
    int side = 2 * 256;
    ByteBuffer blue = ByteBuffer.allocateDirect(256 * 256);
    ByteBuffer red = ByteBuffer.allocateDirect(256 * 256);
    for (int i = 0; i < blue.capacity(); i++) {
      blue.put(i, (byte) i);
      red.put(i, (byte) (i / 256));
    }
    ModelManifest manifest = manifest(json("fused_uint8"), side, side, "stretch");
    try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
      for (int brightness : new int[] {0, 1, 100, 128, 200, 255}) {
        ByteBuffer luma = ByteBuffer.allocateDirect(side * side);
        for (int i = 0; i < luma.capacity(); i++) {
          luma.put(i, (byte) brightness);
        }
        YuvPixels frame =
            new YuvPixels(
                side,
                side,
                0,
                new YuvPixels.Plane(luma, side, 1),
                new YuvPixels.Plane(blue, 256, 1),
                new YuvPixels.Plane(red, 256, 1));
        assertSame(gpu, manifest, frame);
      }
    }
  }

  @Test
  public void frameAfterFrame() throws Exception {
    ModelManifest manifest = manifest(json("fused_uint8"), 20, 20, "crop");
    try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
      for (int i = 0; i < 3; i++) {
        assertSame(gpu, manifest, frame(64, 48, 0, 2, i));
        // Stored otherwise, and back.
        assertSame(gpu, manifest, frame(48, 64, 270, 1, i));
      }
    }
  }

  @Test
  public void oneAfterTheOther() throws Exception {
    ModelManifest manifest = manifest(json("fused_uint8"), 8, 8, "crop");
    for (int i = 0; i < 20; i++) {
      try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
        assertSame(gpu, manifest, frame(32, 32, 0, 2, i));
      }
    }
  }

  @Test
  public void refusesWhatItCannotRead() throws Exception {
    ModelManifest manifest = manifest(json("fused_uint8"), 8, 8, "crop");
    try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
      ByteBuffer room = manifest.input().allocate(1);
      RgbImage picture = new RgbImage(8, 8, new byte[192]);
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> gpu.write(picture, room));
      assertEquals("RgbImage; the GPU reads a camera's planes", refused.getMessage());
      YuvPixels good = frame(8, 8, 0, 1, 1);
      YuvPixels.Plane tooShort = new YuvPixels.Plane(ByteBuffer.allocateDirect(63), 8, 1);
      YuvPixels bad = new YuvPixels(8, 8, 0, tooShort, good.blueDifference(), good.redDifference());
      refused = assertThrows(IllegalArgumentException.class, () -> gpu.write(bad, room));
      assertEquals("a plane of 63 bytes in rows of 8; expected 8 rows of 8", refused.getMessage());
      assertSame(gpu, manifest, good);
    }
  }

  @Test
  public void refusesASizeThatTheGpuCannotHold() throws Exception {
    ModelManifest manifest = manifest(json("fused_uint8"), 8, 8, "crop");
    try (GpuPreprocessor gpu = new GpuPreprocessor(manifest)) {
      ByteBuffer room = manifest.input().allocate(1);
      YuvPixels huge = frame(40000, 2, 0, 1, 1);
      assertThrows(IllegalStateException.class, () -> gpu.write(huge, room));
    }
  }
}
