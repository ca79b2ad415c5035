package org.modelpress.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.Test;
import org.modelpress.core.Pixels;
import org.modelpress.core.RgbImage;

/** All ways of the camera benchmark see the same picture, and each is timed in every round. */
public final class CameraStepsTest {
  private static final String STEM = System.getProperty("model");
  private static final Path LABELS = Paths.get(System.getProperty("labels"));

  @Test
  public void theNaiveWaySeesTheSamePixels() {
    for (int degrees : new int[] {0, 90, 180, 270}) {
      CameraFrame frame = new CameraFrame(64, 48, degrees, degrees);
      RgbImage naive = NaiveYuv.convert(frame);
      Pixels pixels = frame.pixels();
      assertEquals(pixels.width(), naive.width());
      assertEquals(pixels.height(), naive.height());
      byte[] expected = new byte[naive.width() * RgbImage.CHANNELS];
      byte[] row = new byte[expected.length];
      for (int y = 0; y < naive.height(); y++) {
        naive.readRow(y, 0, naive.width(), expected);
        pixels.readRow(y, 0, naive.width(), row);
        for (int i = 0; i < row.length; i++) {
          // Floats and fixed-point numbers round a tie to different sides.
          assertEquals(expected[i] & 0xff, row[i] & 0xff, 1);
        }
      }
    }
  }

  @Test
  public void framesHaveManyColours() {
    RgbImage picture = NaiveYuv.convert(new CameraFrame(64, 48, 0, 1));
    int distinct = 0;
    boolean[] seen = new boolean[256];
    for (byte value : picture.pixels()) {
      distinct += seen[value & 0xff] ? 0 : 1;
      seen[value & 0xff] = true;
    }
    assertTrue(distinct + " values", distinct > 100);
  }

  @Test
  public void everyWayIsTimedInEveryRound() throws IOException {
    try (CameraSteps steps =
        new CameraSteps(
            Files.readAllLines(LABELS),
            Paths.get(STEM + ".tflite"),
            Paths.get(STEM + ".manifest.json"),
            Paths.get(STEM + "_planes.tflite"),
            Paths.get(STEM + "_planes.manifest.json"))) {
      JSONObject found = steps.measure(2, 0);
      assertEquals(8, found.length());
      for (String way : found.keySet()) {
        JSONArray rounds = found.getJSONArray(way);
        assertEquals(way, 2, rounds.length());
        for (int i = 0; i < rounds.length(); i++) {
          JSONArray times = rounds.getJSONArray(i);
          assertTrue(way, times.length() > 0);
          for (int j = 0; j < times.length(); j++) {
            assertTrue(way, times.getDouble(j) > 0);
          }
        }
      }
    }
  }
}
