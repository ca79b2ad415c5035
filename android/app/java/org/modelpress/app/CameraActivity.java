package org.modelpress.app;

import android.Manifest;
import android.app.Activity;
import android.content.pm.PackageManager;
import android.graphics.Matrix;
import android.graphics.RectF;
import android.graphics.SurfaceTexture;
import android.hardware.camera2.CameraAccessException;
import android.hardware.display.DisplayManager;
import android.media.Image;
import android.os.Bundle;
import android.view.Display;
import android.view.Surface;
import android.view.TextureView;
import android.view.View;
import android.widget.Switch;
import android.widget.TextView;
import java.io.IOException;
import org.modelpress.core.Classification;
import org.modelpress.core.Classifier;
import org.modelpress.core.FallbackWriter;
import org.modelpress.core.FramePipeline;
import org.modelpress.core.InputWriter;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Preprocessor;
import org.modelpress.gpu.GpuPreprocessor;

/**
 * Names what the camera sees, frame by frame. The permission is asked for here and nowhere else.
 */
public final class CameraActivity extends Activity
    implements TextureView.SurfaceTextureListener, FramePipeline.Listener {
  private static final int ASK = 1;
  private static final int LABELS_SHOWN = 3;
  private static final float QUARTER_TURN = 90;

  private TextureView view;
  private CameraFeed feed;
  private Classifier classifier;
  private volatile FramePipeline pipeline;
  private boolean asked;

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.camera);
    view = findViewById(R.id.preview);
    view.setSurfaceTextureListener(this);
    Switch gpu = findViewById(R.id.camera_gpu);
    gpu.setChecked(new Settings(this).gpuFrames());
    gpu.setOnCheckedChangeListener((button, checked) -> useGpu(checked));
  }

  @Override
  protected void onResume() {
    super.onResume();
    if (checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED) {
      start();
    } else if (!asked) {
      asked = true;
      requestPermissions(new String[] {Manifest.permission.CAMERA}, ASK);
    }
  }

  @Override
  protected void onPause() {
    stop();
    super.onPause();
  }

  @Override
  public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
    super.onRequestPermissionsResult(request, permissions, results);
    if (results.length > 0 && results[0] == PackageManager.PERMISSION_GRANTED) {
      start();
    } else {
      say(getString(R.string.camera_denied));
    }
  }

  private void useGpu(boolean wanted) {
    new Settings(this).setGpuFrames(wanted);
    if (feed != null) {
      stop();
      start();
    }
  }

  private void start() {
    if (feed != null) {
      return;
    }
    try {
      feed = CameraFeed.find(this);
      if (feed == null) {
        say(getString(R.string.no_camera));
        return;
      }
      AppModels models = new AppModels(this);
      Settings settings = new Settings(this);
      classifier = models.open(models.nameOrDefault(settings.variant()), settings.options());
      InputWriter writer = writer(classifier.manifest(), settings.gpuFrames());
      pipeline = new FramePipeline(classifier, LABELS_SHOWN, this, writer);
      if (view.isAvailable()) {
        show(view.getSurfaceTexture());
      }
    } catch (CameraAccessException | IOException | RuntimeException | LinkageError e) {
      stop();
      say(getString(R.string.camera_error, e.getMessage()));
    }
  }

  private InputWriter writer(ModelManifest manifest, boolean gpu) {
    findViewById(R.id.camera_gpu_status).setVisibility(View.GONE);
    InputWriter processor = new Preprocessor(manifest);
    return gpu
        ? new FallbackWriter(() -> new GpuPreprocessor(manifest), processor, this::sayNoGpu)
        : processor;
  }

  /** From the pipeline's thread: the processor prepares frames instead. */
  void sayNoGpu(String reason) {
    runOnUiThread(
        () -> {
          TextView status = findViewById(R.id.camera_gpu_status);
          status.setText(getString(R.string.gpu_fallback, reason));
          status.setVisibility(View.VISIBLE);
        });
  }

  private void show(SurfaceTexture surface) {
    DisplayManager displays = getSystemService(DisplayManager.class);
    int rotation = displays.getDisplay(Display.DEFAULT_DISPLAY).getRotation();
    int degrees = feed.degrees(rotation);
    turnPreview(rotation);
    try {
      feed.open(surface, image -> submit(image, degrees), this::fail);
    } catch (CameraAccessException | RuntimeException e) {
      // Lost between finding and opening it, taken by another app, forbidden by the device's owner.
      stop();
      say(getString(R.string.camera_error, e.getMessage()));
    }
  }

  private void submit(Image image, int degrees) {
    FramePipeline running = pipeline;
    if (running == null) {
      image.close();
    } else {
      running.submit(new CameraFrame(image, degrees));
    }
  }

  private void stop() {
    // The camera last: closing it takes the memory of images away that the pipeline still reads.
    FramePipeline running = pipeline;
    pipeline = null;
    if (running != null) {
      running.close();
    }
    if (feed != null) {
      feed.close();
      feed = null;
    }
    if (classifier != null) {
      classifier.close();
      classifier = null;
    }
  }

  /** The system turns the preview to the device's natural orientation only. */
  private void turnPreview(int rotation) {
    float width = view.getWidth();
    float height = view.getHeight();
    Matrix matrix = new Matrix();
    if (rotation == Surface.ROTATION_90 || rotation == Surface.ROTATION_270) {
      RectF shown = new RectF(0, 0, width, height);
      RectF turned = new RectF(0, 0, feed.size().getHeight(), feed.size().getWidth());
      turned.offset(shown.centerX() - turned.centerX(), shown.centerY() - turned.centerY());
      matrix.setRectToRect(shown, turned, Matrix.ScaleToFit.FILL);
      float scale = Math.max(height / feed.size().getHeight(), width / feed.size().getWidth());
      matrix.postScale(scale, scale, shown.centerX(), shown.centerY());
      matrix.postRotate(QUARTER_TURN * (rotation - 2), shown.centerX(), shown.centerY());
    }
    view.setTransform(matrix);
  }

  @Override
  public void onClassified(Classification result) {
    runOnUiThread(
        () -> {
          if (pipeline != null) {
            ResultRows.show(findViewById(R.id.camera_results), result.labels());
            say(
                getString(
                    R.string.camera_timing,
                    Text.millis(this, result.inferenceMillis()),
                    result.delegate(),
                    pipeline.droppedCount()));
          }
        });
  }

  @Override
  public void onFailed(RuntimeException problem) {
    fail(problem.getMessage());
  }

  private void fail(String reason) {
    runOnUiThread(() -> say(getString(R.string.camera_error, reason)));
  }

  private void say(String text) {
    ((TextView) findViewById(R.id.camera_status)).setText(text);
  }

  @Override
  public void onSurfaceTextureAvailable(SurfaceTexture surface, int width, int height) {
    if (feed != null) {
      show(surface);
    }
  }

  @Override
  public void onSurfaceTextureSizeChanged(SurfaceTexture surface, int width, int height) {}

  @Override
  public boolean onSurfaceTextureDestroyed(SurfaceTexture surface) {
    return true;
  }

  @Override
  public void onSurfaceTextureUpdated(SurfaceTexture surface) {}
}
