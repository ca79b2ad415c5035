package org.modelpress.app;

import static org.robolectric.Shadows.shadowOf;

import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraManager;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowCameraCharacteristics;
import org.robolectric.shadows.ShadowCameraManager;

/** The cameras of the device that a test plays. */
final class TestCameras {
  private TestCameras() {}

  /** Adds a camera that faces as one of LENS_FACING's constants says, on a sensor turned so far. */
  static void add(String id, int facing, int degrees) {
    CameraCharacteristics facts = ShadowCameraCharacteristics.newCameraCharacteristics();
    shadowOf(facts).set(CameraCharacteristics.LENS_FACING, facing);
    shadowOf(facts).set(CameraCharacteristics.SENSOR_ORIENTATION, degrees);
    manager().addCamera(id, facts);
  }

  static void remove(String id) {
    manager().removeCamera(id);
  }

  /** Takes the opened camera away, as the system does for a more important app. */
  static void disconnect() {
    manager().triggerDisconnect();
  }

  private static ShadowCameraManager manager() {
    return shadowOf(RuntimeEnvironment.getApplication().getSystemService(CameraManager.class));
  }
}
