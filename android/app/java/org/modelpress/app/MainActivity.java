package org.modelpress.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Build;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.provider.MediaStore;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.ProgressBar;
import android.widget.Switch;
import android.widget.TextView;
import java.io.IOException;
import java.text.NumberFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.modelpress.core.Classification;
import org.modelpress.core.Classifier;
import org.modelpress.core.LabelScore;
import org.modelpress.core.ModelManifest;

/**
 * Names what is in a photo, on the device.
 *
 * <p>Model and photo are handled on one background thread, so the classifier is never shared and
 * the screen never waits.
 */
public final class MainActivity extends Activity {
  private static final int PICK_PHOTO = 1;
  private static final int LABELS_SHOWN = 5;
  private static final int THREADS = 2;
  private static final String PHOTO_KEY = "photo";

  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final Handler screen = new Handler(Looper.getMainLooper());

  // Only the background thread touches these two.
  private Classifier classifier;
  private boolean classifierWantsNnapi;

  private Switch nnapi;
  private Uri photo;

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.main);
    nnapi = findViewById(R.id.nnapi);
    nnapi.setOnCheckedChangeListener((button, checked) -> refresh());
    findViewById(R.id.pick).setOnClickListener(button -> pickPhoto());
    String saved = state == null ? null : state.getString(PHOTO_KEY);
    photo = saved == null ? null : Uri.parse(saved);
    refresh();
  }

  @Override
  protected void onSaveInstanceState(Bundle state) {
    super.onSaveInstanceState(state);
    state.putString(PHOTO_KEY, photo == null ? null : photo.toString());
  }

  @Override
  protected void onDestroy() {
    background.execute(this::closeClassifier);
    background.shutdown();
    super.onDestroy();
  }

  @Override
  protected void onActivityResult(int request, int result, Intent data) {
    super.onActivityResult(request, result, data);
    if (request == PICK_PHOTO && result == RESULT_OK && data != null && data.getData() != null) {
      photo = data.getData();
      refresh();
    }
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
      showStatus(getString(R.string.no_picker), true);
    }
  }

  /** Opens the model as the switch asks, and classifies the photo if there is one. */
  private void refresh() {
    Uri chosen = photo;
    boolean useNnapi = nnapi.isChecked();
    if (chosen != null) {
      showStatus(getString(R.string.working), false);
    }
    background.execute(() -> openAndClassify(chosen, useNnapi));
  }

  private void openAndClassify(Uri chosen, boolean useNnapi) {
    try {
      openClassifier(useNnapi);
    } catch (IOException | RuntimeException | LinkageError e) {
      showLater(() -> showStatus(getString(R.string.model_error, e.getMessage()), true));
      return;
    }
    ModelManifest manifest = classifier.manifest();
    showLater(() -> showModel(manifest));
    if (chosen == null) {
      return;
    }
    Bitmap bitmap;
    try {
      bitmap = new PhotoDecoder(getContentResolver()).decode(chosen);
    } catch (IOException | RuntimeException e) {
      showLater(() -> showStatus(getString(R.string.photo_error), true));
      return;
    }
    try {
      Classification result = classifier.classify(PhotoDecoder.toRgb(bitmap), LABELS_SHOWN);
      boolean fellBack = !classifier.fallbackReason().isEmpty();
      showLater(() -> showResult(bitmap, result, fellBack));
    } catch (RuntimeException e) {
      showLater(() -> showStatus(getString(R.string.classify_error, e.getMessage()), true));
    }
  }

  private void openClassifier(boolean useNnapi) throws IOException {
    if (classifier != null && classifierWantsNnapi == useNnapi) {
      return;
    }
    closeClassifier();
    ModelAssets assets = new ModelAssets(getAssets());
    classifier =
        new Classifier(assets.model(), assets.manifest(), assets.labels(), THREADS, useNnapi);
    classifierWantsNnapi = useNnapi;
  }

  private void closeClassifier() {
    if (classifier != null) {
      classifier.close();
      classifier = null;
    }
  }

  private void showLater(Runnable update) {
    screen.post(
        () -> {
          if (!isDestroyed()) {
            update.run();
          }
        });
  }

  private void showModel(ModelManifest manifest) {
    TextView line = findViewById(R.id.model_line);
    line.setText(
        getString(
            R.string.model_line,
            manifest.name(),
            manifest.inputWidth(),
            manifest.inputHeight(),
            manifest.input().type().manifestName()));
  }

  private void showResult(Bitmap bitmap, Classification result, boolean fellBack) {
    NumberFormat percent = NumberFormat.getPercentInstance();
    percent.setMaximumFractionDigits(1);
    percent.setMinimumFractionDigits(1);

    LabelScore best = result.labels().get(0);
    ImageView view = findViewById(R.id.photo);
    view.setImageBitmap(bitmap);
    view.setContentDescription(
        getString(R.string.photo_result_description, best.label(), percent.format(best.score())));
    view.setVisibility(View.VISIBLE);
    findViewById(R.id.placeholder).setVisibility(View.GONE);

    ViewGroup list = findViewById(R.id.results);
    list.removeAllViews();
    for (LabelScore entry : result.labels()) {
      list.addView(row(list, entry, percent.format(entry.score())));
    }
    findViewById(R.id.results_card).setVisibility(View.VISIBLE);

    String timing =
        getString(
            R.string.timing,
            result.inferenceMillis(),
            result.delegate(),
            result.preprocessMillis());
    showStatus(fellBack ? timing + "\n" + getString(R.string.nnapi_fallback) : timing, false);
  }

  private View row(ViewGroup list, LabelScore entry, String score) {
    View row = LayoutInflater.from(this).inflate(R.layout.result, list, false);
    ((TextView) row.findViewById(R.id.label)).setText(entry.label());
    ((TextView) row.findViewById(R.id.score)).setText(score);
    ProgressBar bar = row.findViewById(R.id.bar);
    bar.setProgress(Math.round(entry.score() * bar.getMax()));
    row.setContentDescription(getString(R.string.result_description, entry.label(), score));
    return row;
  }

  private void showStatus(String text, boolean error) {
    TextView status = findViewById(R.id.status);
    status.setText(text);
    status.setTextColor(getColor(error ? R.color.error : R.color.text_secondary));
    status.setVisibility(View.VISIBLE);
  }
}
