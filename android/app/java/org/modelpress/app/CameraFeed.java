package org.modelpress.app;

import android.content.Context;
import android.graphics.ImageFormat;
import android.graphics.SurfaceTexture;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCaptureSession;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.params.StreamConfigurationMap;
import android.media.Image;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.util.Size;
import android.view.Surface;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The back camera's frames, shown on a surface and handed to a consumer. Opening and frames are on
 * a thread of its own; of frames that come faster than they are taken the newest counts.
 */
final class CameraFeed implements AutoCloseable {
  private static final int QUARTER_TURN = 90;
  private static final int FULL_TURN = 360;
  private static final int WANTED_WIDTH = 640;
  private static final int WANTED_HEIGHT = 480;
  // One being read, one waiting, and two more, without which the reader cannot skip to the newest.
  private static final int IMAGES = 4;

  private final CameraManager manager;
  private final String id;
  private final Size size;
  private final int sensorDegrees;
  private final boolean facesBack;
  private final HandlerThread thread = new HandlerThread("camera");
  private Handler handler;
  private Consumer<String> problem;
  private ImageReader reader;
  private CameraDevice device;
  private CameraCaptureSession session;
  private boolean closed;

  private CameraFeed(CameraManager manager, String id, CameraCharacteristics facts) {
    this.manager = manager;
    this.id = id;
    Integer degrees = facts.get(CameraCharacteristics.SENSOR_ORIENTATION);
    sensorDegrees = degrees == null ? 0 : degrees;
    facesBack = isBack(facts);
    size = choose(facts.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP));
  }

  /**
   * Finds the back camera, or else the first.
   *
   * @return null if the device has none
   */
  static CameraFeed find(Context context) throws CameraAccessException {
    CameraManager manager = context.getSystemService(CameraManager.class);
    String[] ids = manager.getCameraIdList();
    String chosen = null;
    for (String id : ids) {
      boolean isBack = isBack(manager.getCameraCharacteristics(id));
      if (chosen == null || isBack) {
        chosen = id;
      }
      if (isBack) {
        break;
      }
    }
    return chosen == null
        ? null
        : new CameraFeed(manager, chosen, manager.getCameraCharacteristics(chosen));
  }

  /** Width and height of a frame as the sensor has it, pixels. */
  Size size() {
    return size;
  }

  /**
   * How far a frame is turned clockwise to be upright on the screen.
   *
   * @param displayRotation of {@link Surface}'s ROTATION constants
   */
  int degrees(int displayRotation) {
    // Against the display's rotation for a back camera; a front one looks the other way.
    int turn = displayRotation * QUARTER_TURN;
    return (sensorDegrees + (facesBack ? FULL_TURN - turn : turn)) % FULL_TURN;
  }

  /**
   * Opens the camera; the permission must have been given.
   *
   * @param preview where the frames are shown
   * @param frames takes each image and closes it
   * @param told is told on the feed's thread why there are no frames, in the system's words
   */
  synchronized void open(SurfaceTexture preview, Consumer<Image> frames, Consumer<String> told)
      throws CameraAccessException {
    thread.start();
    handler = new Handler(thread.getLooper());
    problem = told;
    reader =
        ImageReader.newInstance(size.getWidth(), size.getHeight(), ImageFormat.YUV_420_888, IMAGES);
    reader.setOnImageAvailableListener(
        source -> {
          Image image = source.acquireLatestImage();
          if (image != null) {
            frames.accept(image);
          }
        },
        handler);
    preview.setDefaultBufferSize(size.getWidth(), size.getHeight());
    Surface shown = new Surface(preview);
    CameraDevice.StateCallback opening =
        new CameraDevice.StateCallback() {
          @Override
          public void onOpened(CameraDevice opened) {
            begin(opened, shown);
          }

          @Override
          public void onDisconnected(CameraDevice lost) {
            lost.close();
            problem.accept("disconnected");
          }

          @Override
          public void onError(CameraDevice failed, int error) {
            failed.close();
            problem.accept("error " + error);
          }
        };
    manager.openCamera(id, opening, handler);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (session != null) {
      session.close();
    }
    if (device != null) {
      device.close();
    }
    if (reader != null) {
      reader.close();
    }
    thread.quitSafely();
  }

  private synchronized void begin(CameraDevice opened, Surface shown) {
    if (closed) {
      opened.close();
      return;
    }
    device = opened;
    try {
      CaptureRequest.Builder request = opened.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
      request.addTarget(shown);
      request.addTarget(reader.getSurface());
      createSession(shown, request.build());
    } catch (CameraAccessException | IllegalStateException e) {
      problem.accept(e.getMessage());
    }
  }

  // Its successor is of API 28; the app runs from API 24 on.
  @SuppressWarnings("deprecation")
  private void createSession(Surface shown, CaptureRequest request) throws CameraAccessException {
    CameraCaptureSession.StateCallback configuring =
        new CameraCaptureSession.StateCallback() {
          @Override
          public void onConfigured(CameraCaptureSession configured) {
            repeat(configured, request);
          }

          @Override
          public void onConfigureFailed(CameraCaptureSession failed) {
            problem.accept("the session was refused");
          }
        };
    device.createCaptureSession(Arrays.asList(shown, reader.getSurface()), configuring, handler);
  }

  private synchronized void repeat(CameraCaptureSession configured, CaptureRequest request) {
    if (closed) {
      return;
    }
    session = configured;
    try {
      configured.setRepeatingRequest(request, null, handler);
    } catch (CameraAccessException | IllegalStateException e) {
      problem.accept(e.getMessage());
    }
  }

  private static boolean isBack(CameraCharacteristics facts) {
    Integer facing = facts.get(CameraCharacteristics.LENS_FACING);
    return facing != null && facing == CameraCharacteristics.LENS_FACING_BACK;
  }

  /** The size with the fewest pixels that is at least 640 x 480, or else the largest. */
  private static Size choose(StreamConfigurationMap map) {
    Size[] sizes = map == null ? null : map.getOutputSizes(ImageFormat.YUV_420_888);
    if (sizes == null || sizes.length == 0) {
      return new Size(WANTED_WIDTH, WANTED_HEIGHT);
    }
    return choose(sizes);
  }

  static Size choose(Size[] sizes) {
    Size best = sizes[0];
    for (Size size : sizes) {
      boolean enough = isEnough(size);
      boolean smaller = area(size) < area(best);
      if (enough == isEnough(best) ? smaller == enough : enough) {
        best = size;
      }
    }
    return best;
  }

  private static boolean isEnough(Size size) {
    return size.getWidth() >= WANTED_WIDTH && size.getHeight() >= WANTED_HEIGHT;
  }

  private static long area(Size size) {
    return (long) size.getWidth() * size.getHeight();
  }
}
