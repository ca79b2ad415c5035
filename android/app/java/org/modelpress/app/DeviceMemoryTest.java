package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.ActivityManager;
import android.content.Context;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.modelpress.core.BatchClassifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.RgbImage;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.GraphicsMode;

/** A device that is short of memory splits a batch. */
@RunWith(RobolectricTestRunner.class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public final class DeviceMemoryTest {
  private static final long THRESHOLD = 200L << 20;
  private static final int IMAGES = 6;

  private static DeviceMemory with(long free, boolean low) {
    Context context = RuntimeEnvironment.getApplication();
    ActivityManager.MemoryInfo info = new ActivityManager.MemoryInfo();
    info.availMem = THRESHOLD + free;
    info.threshold = THRESHOLD;
    info.lowMemory = low;
    shadowOf(context.getSystemService(ActivityManager.class)).setMemoryInfo(info);
    return new DeviceMemory(context);
  }

  @Test
  public void leavesHalfToOthers() {
    assertEquals(5 << 20, with(10 << 20, false).availableBytes());
    assertEquals(0, with(0, false).availableBytes());
    assertEquals(0, with(10 << 20, true).availableBytes());
    assertTrue(with(-8 << 20, false).availableBytes() < 0);
    long heap = Runtime.getRuntime().maxMemory();
    assertTrue("no more than the heap", with(1L << 50, false).availableBytes() <= heap);
  }

  @Test
  public void splitsABatchUnderPressure() throws Exception {
    assertEquals(Arrays.asList(IMAGES), parts(with(1L << 40, false)));
    assertEquals(Collections.nCopies(IMAGES, 1), parts(with(0, false)));
    assertEquals(Collections.nCopies(IMAGES, 1), parts(with(1L << 40, true)));
  }

  private static List<Integer> parts(DeviceMemory memory) throws Exception {
    AppModels models = new AppModels(RuntimeEnvironment.getApplication());
    String name = models.names().get(0);
    List<RgbImage> images =
        Collections.nCopies(IMAGES, new RgbImage(2, 2, new byte[4 * RgbImage.CHANNELS]));
    try (BatchClassifier batch =
        new BatchClassifier(
            models.model(name),
            models.manifest(name),
            models.labels(name),
            ClassifierOptions.DEFAULT,
            memory)) {
      assertEquals(IMAGES, batch.classify(images, 1).size());
      return batch.parts();
    }
  }
}
