package org.modelpress.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Build;
import android.os.Bundle;
import android.provider.MediaStore;
import android.view.View;
import android.widget.ImageView;
import android.widget.TextView;
import java.io.File;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelpress.core.Classification;
import org.modelpress.core.LabelScore;
import org.modelpress.core.ModelManifest;

/** Names what is in a photo or a drawing, on the device, with the variant that the user picks. */
public final class MainActivity extends Activity implements ClassifierWorker.Listener {
  private static final int PICK_PHOTO = 1;
  private static final int DRAW = 2;
  private static final String PICTURE_KEY = "picture";

  private final Map<String, Figures> figures = new LinkedHashMap<>();
  private Settings settings;
  private SettingsPanel panel;
  private ClassifierWorker worker;
  private Uri picture;

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.main);
    settings = new Settings(this);
    String saved = state == null ? null : state.getString(PICTURE_KEY);
    picture = saved == null ? null : Uri.parse(saved);
    if (getLastNonConfigurationInstance() instanceof Map) {
      for (Object kept : ((Map<?, ?>) getLastNonConfigurationInstance()).values()) {
        onMeasured((Figures) kept);
      }
    }
    findViewById(R.id.pick).setOnClickListener(button -> pickPhoto());
    findViewById(R.id.draw).setOnClickListener(button -> open(DrawActivity.class, DRAW));
    findViewById(R.id.camera).setOnClickListener(button -> open(CameraActivity.class, 0));
    findViewById(R.id.benchmark).setOnClickListener(button -> open(BenchmarkActivity.class, 0));
    findViewById(R.id.about).setOnClickListener(button -> open(AboutActivity.class, 0));
    try {
      AppModels models = new AppModels(this);
      worker = new ClassifierWorker(this, models, this);
      panel = new SettingsPanel(this, models, settings, this::refresh);
    } catch (IOException | RuntimeException e) {
      onFailed(R.string.model_error, e.getMessage());
      return;
    }
    refresh();
  }

  @Override
  protected void onSaveInstanceState(Bundle state) {
    super.onSaveInstanceState(state);
    state.putString(PICTURE_KEY, picture == null ? null : picture.toString());
  }

  @Override
  public Object onRetainNonConfigurationInstance() {
    return figures;
  }

  @Override
  protected void onDestroy() {
    if (worker != null) {
      worker.close();
    }
    super.onDestroy();
  }

  @Override
  protected void onActivityResult(int request, int result, Intent data) {
    super.onActivityResult(request, result, data);
    if (result != RESULT_OK || data == null) {
      return;
    }
    String drawing = data.getStringExtra(DrawActivity.DRAWING);
    if (request == PICK_PHOTO && data.getData() != null) {
      picture = data.getData();
      refresh();
    } else if (request == DRAW && drawing != null) {
      picture = Uri.fromFile(new File(drawing));
      refresh();
    }
  }

  private void open(Class<? extends Activity> screen, int request) {
    startActivityForResult(new Intent(this, screen), request);
  }

  private void pickPhoto() {
    Intent intent;
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
      intent = new Intent(MediaStore.ACTION_PICK_IMAGES);
    } else {
      intent = new Intent(Intent.ACTION_GET_CONTENT).addCategory(Intent.CATEGORY_OPENABLE);
    }
    try {
      startActivityForResult(intent.setType("image/*"), PICK_PHOTO);
    } catch (ActivityNotFoundException e) {
      onFailed(R.string.no_picker, "");
    }
  }

  /** Opens the model as the panel says, and classifies the picture if there is one. */
  private void refresh() {
    if (worker == null) {
      return;
    }
    if (picture != null) {
      showStatus(getString(R.string.working), R.color.text_secondary);
    }
    worker.submit(new ClassifierWorker.Request(panel.variant(), settings.options(), picture));
  }

  @Override
  public void onOpened(ModelManifest manifest) {
    TextView line = findViewById(R.id.model_line);
    line.setText(
        getString(
            R.string.model_line,
            manifest.name(),
            manifest.inputWidth(),
            manifest.inputHeight(),
            manifest.input().type().manifestName()));
    findViewById(R.id.untrained).setVisibility(manifest.trained() ? View.GONE : View.VISIBLE);
  }

  @Override
  public void onClassified(Bitmap bitmap, Classification result, String fallbackReason) {
    LabelScore best = result.labels().get(0);
    ImageView view = findViewById(R.id.photo);
    view.setImageBitmap(bitmap);
    view.setContentDescription(
        getString(R.string.photo_result_description, best.label(), Text.percent(best.score())));
    view.setVisibility(View.VISIBLE);
    findViewById(R.id.placeholder).setVisibility(View.GONE);
    ResultRows.show(findViewById(R.id.results), result.labels());
    findViewById(R.id.results_card).setVisibility(View.VISIBLE);
    String timing =
        getString(
            R.string.timing,
            Text.millis(this, result.inferenceMillis()),
            result.delegate(),
            Text.millis(this, result.preprocessMillis()));
    if (!fallbackReason.isEmpty()) {
      timing += "\n" + getString(R.string.nnapi_fallback, result.delegate(), fallbackReason);
    }
    showStatus(timing, R.color.text_secondary);
  }

  @Override
  public void onMeasured(Figures measured) {
    // The latest goes last.
    figures.remove(measured.variant);
    figures.put(measured.variant, measured);
    FigureRows.show(findViewById(R.id.figures), figures.values());
    findViewById(R.id.figures_card).setVisibility(View.VISIBLE);
  }

  @Override
  public void onFailed(int message, String detail) {
    showStatus(getString(message, detail), R.color.error);
  }

  private void showStatus(String text, int color) {
    TextView status = findViewById(R.id.status);
    status.setText(text);
    status.setTextColor(getColor(color));
    status.setVisibility(View.VISIBLE);
  }
}
