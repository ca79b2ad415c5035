package org.modelpress.app;

import android.app.Activity;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.widget.ProgressBar;
import android.widget.TextView;
import java.util.List;

/**
 * Measures every variant, shows a table and shares metrics.json. With the boolean extra {@link
 * #BENCHMARK} it starts by itself, logs the table and ends.
 */
public final class BenchmarkActivity extends Activity {
  /** Boolean extra: measure every variant, write metrics.json and end. */
  static final String BENCHMARK = "benchmark";

  private static final String LOG_TAG = "model_press";

  private BenchmarkRun run;
  private boolean headless;

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.benchmark);
    run = BenchmarkRun.of(this);
    headless = getIntent().getBooleanExtra(BENCHMARK, false);
    findViewById(R.id.start).setOnClickListener(button -> start());
    findViewById(R.id.share).setOnClickListener(button -> share());
    run.setListener(this::show);
    if (headless && state == null) {
      start();
    }
    show();
  }

  @Override
  protected void onDestroy() {
    if (!isChangingConfigurations()) {
      run.setListener(() -> {});
    }
    super.onDestroy();
  }

  private void start() {
    run.start(new Settings(this).options());
  }

  private void show() {
    List<BenchmarkRow> rows = run.rows();
    boolean running = run.isRunning();
    ProgressBar progress = findViewById(R.id.progress);
    progress.setVisibility(running ? View.VISIBLE : View.INVISIBLE);
    progress.setMax(Math.max(1, run.total()));
    progress.setProgress(rows.size());
    findViewById(R.id.start).setEnabled(!running);
    findViewById(R.id.share).setEnabled(!running && run.problem().isEmpty() && !rows.isEmpty());
    findViewById(R.id.table_card).setVisibility(rows.isEmpty() ? View.GONE : View.VISIBLE);
    BenchmarkTable.show(findViewById(R.id.table), rows);
    showProblems(rows);
    ((TextView) findViewById(R.id.benchmark_status)).setText(status(rows, running));
    if (headless && !running && (!rows.isEmpty() || !run.problem().isEmpty())) {
      headless = false;
      log(rows);
      finish();
    }
  }

  private String status(List<BenchmarkRow> rows, boolean running) {
    if (!run.problem().isEmpty()) {
      return getString(R.string.benchmark_failed, run.problem());
    }
    if (running) {
      return getString(
          R.string.benchmark_running,
          Math.min(rows.size() + 1, run.total()),
          run.total(),
          run.measuring());
    }
    if (rows.isEmpty()) {
      return getString(R.string.benchmark_hint);
    }
    BenchmarkRow first = rows.get(0);
    return first.images == 0
        ? getString(R.string.benchmark_done)
        : getString(R.string.accuracy_note, first.images);
  }

  private void showProblems(List<BenchmarkRow> rows) {
    StringBuilder lines = new StringBuilder();
    for (BenchmarkRow row : rows) {
      if (!row.problem.isEmpty()) {
        lines.append(getString(R.string.problem, row.variant, row.problem)).append('\n');
      }
    }
    TextView view = findViewById(R.id.problems);
    view.setText(lines.toString().trim());
    view.setVisibility(lines.length() == 0 ? View.GONE : View.VISIBLE);
  }

  private void share() {
    Uri metrics = MetricsProvider.uri(this);
    Intent send =
        new Intent(Intent.ACTION_SEND)
            .setType(MetricsProvider.TYPE)
            .putExtra(Intent.EXTRA_STREAM, metrics)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
    // The chooser hands on the right to read what the clip names.
    send.setClipData(ClipData.newRawUri(null, metrics));
    startActivity(Intent.createChooser(send, getString(R.string.share_metrics)));
  }

  private void log(List<BenchmarkRow> rows) {
    if (!run.problem().isEmpty()) {
      Log.e(LOG_TAG, "benchmark failed: " + run.problem());
      return;
    }
    for (BenchmarkRow row : rows) {
      if (row.record == null) {
        Log.w(LOG_TAG, row.variant + ": " + row.problem);
      } else {
        Log.i(LOG_TAG, row.variant + ": accuracy " + row.accuracy + ", " + row.record);
      }
    }
    Log.i(LOG_TAG, "benchmark written to " + new BenchmarkFiles(this).publicMetrics());
  }
}
