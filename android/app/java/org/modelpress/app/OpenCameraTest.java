package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.graphics.SurfaceTexture;
import android.hardware.camera2.CameraCharacteristics;
import android.os.Looper;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** The camera screen with an opened camera. */
@RunWith(RobolectricTestRunner.class)
@Config(qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public final class OpenCameraTest {
  @Rule public final TestLauncher screens = new TestLauncher();

  @Before
  public void hasTwoCameras() {
    shadowOf(RuntimeEnvironment.getApplication()).grantPermissions(Manifest.permission.CAMERA);
    TestCameras.add("front", CameraCharacteristics.LENS_FACING_FRONT, 270);
    TestCameras.add("back", CameraCharacteristics.LENS_FACING_BACK, 90);
  }

  private static String status(CameraActivity activity) {
    return TestScreen.text(activity, R.id.camera_status);
  }

  private ActivityController<CameraActivity> open() {
    ActivityController<CameraActivity> controller = screens.controller(CameraActivity.class);
    controller.get().onSurfaceTextureAvailable(new SurfaceTexture(0), 640, 480);
    shadowOf(Looper.getMainLooper()).idle();
    return controller;
  }

  @Test
  public void opensTheBackCameraAndLetsItGo() {
    ActivityController<CameraActivity> controller = open();
    assertEquals("", status(controller.get()));
    // Twice: what was closed can be opened again.
    controller.pause().resume();
    controller.pause();
    assertEquals("", status(controller.get()));
  }

  @Test
  public void saysThatTheCameraWasTakenAway() {
    CameraActivity activity = open().get();
    TestCameras.disconnect();
    String expected = activity.getString(R.string.camera_error, "disconnected");
    TestScreen.await(() -> status(activity).equals(expected));
  }
}
