package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.graphics.Bitmap;
import android.graphics.Color;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Preprocessor;
import org.modelpress.core.RgbImage;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.GraphicsMode;

/** Photos of any size and kind become upright pictures within the memory budget. */
@RunWith(RobolectricTestRunner.class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public final class PhotoDecoderTest {
  private static final int BYTES_PER_PIXEL = 4;
  private static final int TOLERANCE = 40;

  // Where the red quarter of the stored picture is seen, for each EXIF orientation from 1 on:
  // right half, lower half.
  private static final boolean[][] RED_IS_RIGHT_LOW = {
    {false, false}, {true, false}, {true, true}, {false, true},
    {false, false}, {true, false}, {true, true}, {false, true},
  };

  private static Bitmap decode(byte[] content) throws IOException {
    TestScreen.register(content);
    return new PhotoDecoder(RuntimeEnvironment.getApplication().getContentResolver())
        .decode(TestScreen.PHOTO);
  }

  @Test
  public void staysWithinTheBudgetFor50Megapixels() throws IOException {
    Bitmap bitmap = decode(TestPhotos.greyPng(8160, 6120, 77));
    assertEquals(2040, bitmap.getWidth());
    assertEquals(1530, bitmap.getHeight());
    assertTrue(bitmap.getAllocationByteCount() <= BYTES_PER_PIXEL * PhotoDecoder.MAX_PIXELS);
    assertEquals(Color.rgb(77, 77, 77), bitmap.getPixel(1000, 1000));
  }

  @Test
  public void keepsSmallPhotosWhole() {
    assertEquals(1, PhotoDecoder.sampleSize(2000, 2000));
    assertEquals(2, PhotoDecoder.sampleSize(2000, 2001));
    assertEquals(8, PhotoDecoder.sampleSize(16000, 12000));
    assertEquals(1, PhotoDecoder.sampleSize(-1, -1));
  }

  @Test
  public void turnsPhotosUpright() throws IOException {
    byte[] jpeg = quarters();
    for (int orientation = 1; orientation <= RED_IS_RIGHT_LOW.length; orientation++) {
      Bitmap bitmap = decode(TestPhotos.withOrientation(jpeg, orientation));
      boolean turned = orientation > 4;
      assertEquals("width, orientation " + orientation, turned ? 32 : 64, bitmap.getWidth());
      boolean[] where = RED_IS_RIGHT_LOW[orientation - 1];
      int x = bitmap.getWidth() * (where[0] ? 3 : 1) / 4;
      int y = bitmap.getHeight() * (where[1] ? 3 : 1) / 4;
      int color = bitmap.getPixel(x, y);
      String seen = "orientation " + orientation + ": " + Integer.toHexString(color);
      assertTrue(seen, Color.red(color) > 255 - TOLERANCE && Color.blue(color) < TOLERANCE);
    }
  }

  @Test
  public void readsTheKindsOfFilesThatPhonesMeet() throws IOException {
    for (String name :
        new String[] {"cmyk.jpg", "progressive.jpg", "palette.gif", "picture.webp"}) {
      Path path = Paths.get(System.getProperty("photos"), name);
      Bitmap bitmap = decode(Files.readAllBytes(path));
      assertEquals(name, 64, bitmap.getWidth());
      int color = bitmap.getPixel(8, 8);
      String seen = name + ": " + Integer.toHexString(color);
      assertTrue(seen, Color.red(color) > 255 - TOLERANCE && Color.blue(color) < TOLERANCE);
      int other = bitmap.getPixel(56, 24);
      assertTrue(name, Color.blue(other) > 255 - TOLERANCE && Color.red(other) < TOLERANCE);
    }
  }

  @Test
  public void putsTransparencyOnWhite() throws IOException {
    Bitmap clear = Bitmap.createBitmap(4, 2, Bitmap.Config.ARGB_8888);
    clear.setPixel(1, 0, Color.BLACK);
    Bitmap decoded = decode(encode(clear, Bitmap.CompressFormat.PNG));
    byte[] row = new byte[4 * RgbImage.CHANNELS];
    new BitmapPixels(decoded).readRow(0, 0, 4, row);
    assertEquals("transparent", (byte) 255, row[0]);
    assertEquals("opaque black", 0, row[RgbImage.CHANNELS]);
  }

  @Test
  public void refusesWhatIsNoPicture() {
    assertThrows(IOException.class, () -> decode(new byte[0]));
    assertThrows(IOException.class, () -> decode(new byte[1000]));
  }

  @Test
  public void takesAHalfLoadedPhotoOrRefusesIt() throws IOException {
    byte[] whole = TestPhotos.greyPng(100, 100, 9);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    try {
      assertEquals(100, decode(half).getWidth());
    } catch (IOException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("is no picture"));
    }
  }

  @Test
  public void preparesABitmapWithoutMemoryForEachPixel() throws IOException {
    AppModels models = new AppModels(RuntimeEnvironment.getApplication());
    ModelManifest manifest = models.manifest(models.names().get(0));
    Preprocessor preprocessor = new Preprocessor(manifest);
    ByteBuffer input = manifest.input().allocate(1);
    Bitmap bitmap = Bitmap.createBitmap(1600, 1200, Bitmap.Config.ARGB_8888);
    BitmapPixels pixels = new BitmapPixels(bitmap);
    preprocessor.write(pixels, input);
    long before = allocated();
    preprocessor.write(pixels, input);
    long bytes = allocated() - before;
    // Robolectric's call of getPixels takes some for each row; the pixels alone would be 7.7 MB.
    assertTrue(bytes + " bytes", bytes < 1_000_000);
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** A JPEG of 64 x 32 pixels: its upper left quarter is red, the rest blue. */
  private static byte[] quarters() throws IOException {
    Bitmap bitmap = Bitmap.createBitmap(64, 32, Bitmap.Config.ARGB_8888);
    bitmap.eraseColor(Color.BLUE);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        bitmap.setPixel(x, y, Color.RED);
      }
    }
    return encode(bitmap, Bitmap.CompressFormat.JPEG);
  }

  private static byte[] encode(Bitmap bitmap, Bitmap.CompressFormat format) throws IOException {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      bitmap.compress(format, 95, bytes);
      return bytes.toByteArray();
    }
  }
}
