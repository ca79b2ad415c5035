package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Test;
import org.modelpress.host.NpyFiles;

/** Cropping, resizing, compositing and encoding equal the Python reference byte for byte. */
public final class ReferenceTest {
  private static final Path FIXTURES = Paths.get(System.getProperty("fixtures"));
  private static final String IN = ".in.npy";

  // shows: pain D41
  @Test
  public void resizesLikePillow() throws IOException {
    for (String stem : stems("resize_", IN)) {
      RgbImage image = image(stem + IN);
      Npy expected = array(stem + ".out.npy");
      int height = expected.shape[0];
      int width = expected.shape[1];
      ImageResizer resizer = new ImageResizer(width, height);
      boolean crop = stem.endsWith("crop");
      assertArrayEquals(stem, expected.data, resizer.resize(image, crop));
      // Buffers are kept: what another picture left in them must not show.
      resizer.resize(new RgbImage(1, 90, new byte[270]), crop);
      assertArrayEquals(stem, expected.data, resizer.resize(image, crop));
    }
  }

  /** What a model that crops its input itself sees of a photograph. */
  @Test
  public void placesLikeTheReference() throws IOException {
    for (String stem : stems("place_", IN)) {
      RgbImage image = image(stem + IN);
      ModelManifest manifest = manifest(stem);
      ByteBuffer buffer = ByteBuffer.allocate(manifest.input().byteCount());
      Preprocessor preprocessor = new Preprocessor(manifest);
      // What another picture has left behind must not show.
      preprocessor.write(new RgbImage(90, 1, new byte[270]), buffer);
      preprocessor.write(image, buffer);
      int width = manifest.inputWidth();
      int height = manifest.inputHeight();
      if (image.width() == width && image.height() == height) {
        assertArrayEquals(stem, image.pixels(), buffer.array());
      }
      Npy expected = array(stem + ".out.npy");
      byte[] seen =
          new ImageResizer(expected.shape[1], expected.shape[0])
              .resize(new RgbImage(width, height, buffer.array()), stem.endsWith("crop"));
      assertArrayEquals(stem, expected.data, seen);
    }
  }

  // shows: pain D20
  @Test
  public void encodesLikeTheReference() throws IOException {
    RgbImage image = image("pixels.npy");
    for (String stem : stems("encode_", ".manifest.json")) {
      ModelManifest manifest = manifest(stem);
      ByteBuffer buffer =
          ByteBuffer.allocate(manifest.input().byteCount()).order(ByteOrder.LITTLE_ENDIAN);
      Preprocessor preprocessor = new Preprocessor(manifest);
      preprocessor.write(image, buffer);
      assertEquals(stem, manifest.input().byteCount(), buffer.remaining());
      byte[] expected = array(stem + ".out.npy").data;
      assertArrayEquals(stem, expected, buffer.array());
      assertArrayEquals(stem, expected, encoded(image, manifest, preprocessor.elementBits()));
    }
  }

  /** What {@link Preprocessor#elementBits} says of each pixel of an image of the input's size. */
  private static byte[] encoded(RgbImage image, ModelManifest manifest, int[][] bits) {
    int bytes = manifest.input().type().byteCount();
    boolean blueFirst = manifest.preprocessing().blueFirst();
    byte[] out = new byte[manifest.input().byteCount()];
    for (int i = 0; i < out.length / bytes; i++) {
      int position = i % RgbImage.CHANNELS;
      int channel = blueFirst ? RgbImage.CHANNELS - 1 - position : position;
      int pixel = image.pixels()[i - position + channel] & 0xff;
      for (int part = 0; part < bytes; part++) {
        out[i * bytes + part] = (byte) (bits[position][pixel] >> (8 * part));
      }
    }
    return out;
  }

  @Test
  public void compositesLikePillow() throws IOException {
    Npy in = array("alpha" + IN);
    int[] argb = new int[in.shape[0] * in.shape[1]];
    for (int i = 0; i < argb.length; i++) {
      int red = in.data[4 * i] & 0xff;
      int green = in.data[4 * i + 1] & 0xff;
      int blue = in.data[4 * i + 2] & 0xff;
      int alpha = in.data[4 * i + 3] & 0xff;
      argb[i] = alpha << 24 | red << 16 | green << 8 | blue;
    }
    byte[] composited = new byte[argb.length * RgbImage.CHANNELS];
    RgbImage.compositeOnWhite(argb, argb.length, composited);
    byte[] expected = array("alpha.out.npy").data;
    assertArrayEquals(expected, composited);
  }

  private static List<String> stems(String prefix, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      List<String> found =
          files
              .map(path -> path.getFileName().toString())
              .filter(name -> name.startsWith(prefix) && name.endsWith(suffix))
              .map(name -> name.substring(0, name.length() - suffix.length()))
              .sorted()
              .collect(Collectors.toList());
      assertFalse(prefix, found.isEmpty());
      return found;
    }
  }

  private static Npy array(String file) throws IOException {
    return NpyFiles.read(FIXTURES.resolve(file));
  }

  private static RgbImage image(String file) throws IOException {
    Npy array = array(file);
    return new RgbImage(array.shape[1], array.shape[0], array.data);
  }

  private static ModelManifest manifest(String stem) throws IOException {
    byte[] json = Files.readAllBytes(FIXTURES.resolve(stem + ".manifest.json"));
    return ModelManifest.parse(new String(json, StandardCharsets.UTF_8));
  }
}
