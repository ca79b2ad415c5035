package org.modelpress.app;

import android.app.Activity;
import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.RadioGroup;
import android.widget.Spinner;
import android.widget.Switch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.ModelManifest;

/** The variant picker and the switches for threads and kernels. What is chosen is kept. */
final class SettingsPanel {
  private static final int[] THREAD_BUTTONS = {
    R.id.threads_1, R.id.threads_2, R.id.threads_3, R.id.threads_4,
  };

  private final Activity screen;
  private final Settings settings;
  private final Runnable changed;
  private String chosen;
  private final List<String> names;
  private final List<Boolean> computesFloats = new ArrayList<>();
  private final Spinner picker;
  private final Switch xnnpack;
  private final Switch nnapi;
  private final Switch halfPrecision;
  private final RadioGroup threads;

  /**
   * Sets the views of {@code screen} as kept, and calls {@code changed} whenever the user changes
   * them.
   */
  SettingsPanel(Activity screen, AppModels models, Settings settings, Runnable changed)
      throws IOException {
    this.screen = screen;
    this.settings = settings;
    this.changed = changed;
    names = models.names();
    picker = screen.findViewById(R.id.variants);
    xnnpack = screen.findViewById(R.id.xnnpack);
    nnapi = screen.findViewById(R.id.nnapi);
    halfPrecision = screen.findViewById(R.id.half_precision);
    threads = screen.findViewById(R.id.threads);
    fillPicker(models);
    showOptions(settings.options());
    threads.setOnCheckedChangeListener((group, id) -> keep());
    for (Switch view : new Switch[] {xnnpack, nnapi, halfPrecision}) {
      view.setOnCheckedChangeListener((button, checked) -> keep());
    }
  }

  /** Name of the chosen variant. */
  String variant() {
    return chosen;
  }

  private void fillPicker(AppModels models) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String name : names) {
      ModelManifest manifest = models.manifest(name);
      String size = Text.megabytes(screen, manifest.modelBytes());
      entries.add(screen.getString(R.string.variant_entry, manifest.variant(), size));
      computesFloats.add(manifest.computesFloats());
    }
    ArrayAdapter<String> adapter = new ArrayAdapter<>(screen, R.layout.variant, entries);
    adapter.setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item);
    picker.setAdapter(adapter);
    chosen = models.nameOrDefault(settings.variant());
    picker.setSelection(names.indexOf(chosen));
    picker.setOnItemSelectedListener(
        new AdapterView.OnItemSelectedListener() {
          @Override
          public void onItemSelected(AdapterView<?> parent, View view, int position, long id) {
            pick(names.get(position));
          }

          @Override
          public void onNothingSelected(AdapterView<?> parent) {}
        });
  }

  private void pick(String name) {
    // The picker also tells what was set before the user touched it.
    if (!name.equals(chosen)) {
      chosen = name;
      settings.setVariant(name);
      enableHalfPrecision();
      changed.run();
    }
  }

  private void showOptions(ClassifierOptions options) {
    threads.check(THREAD_BUTTONS[Math.min(options.threads(), Settings.MAX_THREADS) - 1]);
    xnnpack.setChecked(options.xnnpack());
    nnapi.setChecked(options.nnapi());
    halfPrecision.setChecked(options.halfPrecision());
    enableHalfPrecision();
  }

  private void keep() {
    int count = 1;
    while (THREAD_BUTTONS[count - 1] != threads.getCheckedRadioButtonId()) {
      count++;
    }
    ClassifierOptions options =
        new ClassifierOptions(
            count, xnnpack.isChecked(), nnapi.isChecked(), halfPrecision.isChecked());
    enableHalfPrecision();
    if (!options.equals(settings.options())) {
      settings.setOptions(options);
      changed.run();
    }
  }

  /** Half precision is NNAPI's, and means something for float models only. */
  private void enableHalfPrecision() {
    halfPrecision.setEnabled(nnapi.isChecked() && computesFloats.get(names.indexOf(chosen)));
  }
}
