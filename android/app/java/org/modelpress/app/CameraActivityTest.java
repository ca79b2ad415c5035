package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.content.pm.PackageManager;
import android.graphics.SurfaceTexture;
import android.hardware.camera2.CameraCharacteristics;
import android.util.Size;
import android.view.Surface;
import org.junit.Test;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** What the camera screen says before there is a frame; frames need a device. */
public final class CameraActivityTest extends TestOfScreens {
  @Test
  public void asksForThePermissionOnce() {
    CameraActivity activity = launch(CameraActivity.class);
    String[] asked = shadowOf(activity).getLastRequestedPermission().requestedPermissions;
    assertEquals(Manifest.permission.CAMERA, asked[0]);
    int[] denied = {PackageManager.PERMISSION_DENIED};
    activity.onRequestPermissionsResult(1, asked, denied);
    String text = TestScreen.text(activity, R.id.camera_status);
    assertEquals(activity.getString(R.string.camera_denied), text);
  }

  @Test
  public void saysThatThereIsNoCamera() throws Exception {
    shadowOf(RuntimeEnvironment.getApplication()).grantPermissions(Manifest.permission.CAMERA);
    CameraActivity activity = launch(CameraActivity.class);
    String text = TestScreen.text(activity, R.id.camera_status);
    assertEquals(activity.getString(R.string.no_camera), text);
    TestScreen.picture(activity, "camera_none.png");
  }

  @Test
  public void saysWhyTheCameraIsRefused() throws Exception {
    shadowOf(RuntimeEnvironment.getApplication()).grantPermissions(Manifest.permission.CAMERA);
    TestCameras.add("back", CameraCharacteristics.LENS_FACING_BACK, 90);
    ActivityController<CameraActivity> controller = controller(CameraActivity.class);
    CameraActivity activity = controller.get();
    // Unplugged, or taken by another app.
    TestCameras.remove("back");
    activity.onSurfaceTextureAvailable(new SurfaceTexture(0), 640, 480);
    String text = TestScreen.text(activity, R.id.camera_status);
    String start = activity.getString(R.string.camera_error, "");
    assertTrue(text, text.startsWith(start) && text.length() > start.length());
    controller.pause().resume();
    text = TestScreen.text(activity, R.id.camera_status);
    assertEquals(activity.getString(R.string.no_camera), text);
  }

  @Test
  public void turnsFramesUpright() throws Exception {
    TestCameras.add("back", CameraCharacteristics.LENS_FACING_BACK, 90);
    try (CameraFeed feed = CameraFeed.find(RuntimeEnvironment.getApplication())) {
      assertEquals(90, feed.degrees(Surface.ROTATION_0));
      assertEquals(0, feed.degrees(Surface.ROTATION_90));
      assertEquals(180, feed.degrees(Surface.ROTATION_270));
    }
  }

  // On a tablet or Chromebook without a back camera. It looks the other way, so it turns the other
  // way.
  @Test
  public void turnsFramesOfALoneFrontCameraUpright() throws Exception {
    TestCameras.add("front", CameraCharacteristics.LENS_FACING_FRONT, 270);
    try (CameraFeed feed = CameraFeed.find(RuntimeEnvironment.getApplication())) {
      assertEquals(270, feed.degrees(Surface.ROTATION_0));
      assertEquals(0, feed.degrees(Surface.ROTATION_90));
      assertEquals(90, feed.degrees(Surface.ROTATION_180));
      assertEquals(180, feed.degrees(Surface.ROTATION_270));
    }
  }

  @Test
  public void choosesTheSmallestSizeThatIsEnough() {
    Size small = new Size(320, 240);
    Size enough = new Size(640, 480);
    Size large = new Size(1920, 1080);
    assertEquals(enough, CameraFeed.choose(new Size[] {large, small, enough}));
    assertEquals(large, CameraFeed.choose(new Size[] {small, large}));
    assertEquals(small, CameraFeed.choose(new Size[] {new Size(176, 144), small}));
  }
}
