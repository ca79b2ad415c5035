package org.modelpress.app;

import android.app.Activity;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.os.Build;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.IOException;
import org.modelpress.core.ModelManifest;
import org.tensorflow.lite.TensorFlowLite;

/** Which model, runtime and app this is, to the byte. */
public final class AboutActivity extends Activity {
  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.about);
    try {
      AppModels models = new AppModels(this);
      showModel(models.manifest(models.nameOrDefault(new Settings(this).variant())));
    } catch (IOException | RuntimeException e) {
      add(R.string.fact_variant, getString(R.string.model_error, e.getMessage()));
    }
    add(R.string.fact_runtime, runtime());
    add(R.string.fact_app, getPackageName() + " " + version());
    add(
        R.string.fact_device,
        String.format(
            "%s %s, Android %s, %s",
            Build.MANUFACTURER, Build.MODEL, Build.VERSION.RELEASE, Build.SUPPORTED_ABIS[0]));
    add(R.string.fact_privacy, getString(R.string.privacy));
    findViewById(R.id.licences)
        .setOnClickListener(button -> startActivity(new Intent(this, LicencesActivity.class)));
  }

  private void showModel(ModelManifest manifest) {
    add(R.string.fact_variant, manifest.name());
    add(R.string.fact_recipe, manifest.recipe());
    add(R.string.fact_sha256, manifest.modelSha256());
    add(R.string.fact_size, Text.megabytes(this, manifest.modelBytes()));
    add(R.string.fact_input, manifest.input().toString());
    add(R.string.fact_output, manifest.output().toString());
  }

  private static String runtime() {
    try {
      return "TensorFlow Lite " + TensorFlowLite.runtimeVersion();
    } catch (RuntimeException | LinkageError e) {
      return "TensorFlow Lite: " + e.getMessage();
    }
  }

  private String version() {
    try {
      return getPackageManager().getPackageInfo(getPackageName(), 0).versionName;
    } catch (PackageManager.NameNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(int name, String value) {
    ViewGroup facts = findViewById(R.id.facts);
    View row = LayoutInflater.from(this).inflate(R.layout.fact, facts, false);
    ((TextView) row.findViewById(R.id.fact_name)).setText(name);
    ((TextView) row.findViewById(R.id.fact_value)).setText(value);
    facts.addView(row);
  }
}
