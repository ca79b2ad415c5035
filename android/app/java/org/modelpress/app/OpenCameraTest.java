package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.graphics.SurfaceTexture;
import android.hardware.camera2.CameraCharacteristics;
import android.os.Looper;
import android.widget.Switch;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** The camera screen with an opened camera. */
public final class OpenCameraTest extends TestOfScreens {
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
    ActivityController<CameraActivity> controller = controller(CameraActivity.class);
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
  public void theGpuIsTriedWhereTheUserWantsIt() {
    CameraActivity activity = open().get();
    Switch gpu = activity.findViewById(R.id.camera_gpu);
    assertFalse("unmeasured, so off", gpu.isChecked());
    gpu.setChecked(true);
    assertTrue(new Settings(activity).gpuFrames());
    // Opened anew.
    assertEquals("", status(activity));
    assertFalse(TestScreen.visible(activity, R.id.camera_gpu_status));
    activity.sayNoGpu("no EGL display");
    shadowOf(Looper.getMainLooper()).idle();
    String expected = activity.getString(R.string.gpu_fallback, "no EGL display");
    assertEquals(expected, TestScreen.text(activity, R.id.camera_gpu_status));
    assertTrue(TestScreen.visible(activity, R.id.camera_gpu_status));
    gpu.setChecked(false);
    assertFalse(TestScreen.visible(activity, R.id.camera_gpu_status));
    assertFalse(new Settings(activity).gpuFrames());
  }

  @Test
  public void saysThatTheCameraWasTakenAway() {
    CameraActivity activity = open().get();
    TestCameras.disconnect();
    String expected = activity.getString(R.string.camera_error, "disconnected");
    TestScreen.await(() -> status(activity).equals(expected));
  }
}
