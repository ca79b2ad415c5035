package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Intent;
import android.net.Uri;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.After;
import org.junit.Test;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowLog;

/** Measures the real variants; here in the test's own process, on a device in one of their own. */
public final class BenchmarkActivityTest extends TestOfScreens {
  private static final int VARIANTS = 3;
  private static final int COLUMNS = 5;

  @After
  public void endProcess() {
    BenchmarkRun.forget();
  }

  @Test
  public void measuresEveryVariantAndSharesMetrics() throws Exception {
    ActivityController<BenchmarkActivity> controller = controller(BenchmarkActivity.class);
    BenchmarkActivity activity = controller.get();
    assertFalse("nothing to share yet", activity.findViewById(R.id.share).isEnabled());
    TestScreen.picture(activity, "benchmark_start.png");
    activity.findViewById(R.id.start).performClick();
    assertFalse("one benchmark at a time", activity.findViewById(R.id.start).isEnabled());
    TestScreen.await(() -> activity.findViewById(R.id.start).isEnabled());
    ViewGroup table = activity.findViewById(R.id.table);
    assertEquals(1 + VARIANTS, table.getChildCount());
    for (int row = 1; row <= VARIANTS; row++) {
      ViewGroup cells = (ViewGroup) table.getChildAt(row);
      assertEquals(COLUMNS, cells.getChildCount());
      String accuracy = ((TextView) cells.getChildAt(COLUMNS - 1)).getText().toString();
      double percent = Double.parseDouble(accuracy.replace("%", "").trim());
      assertTrue(accuracy, percent > 80 && percent <= 100);
    }
    TestScreen.picture(activity, "benchmark.png");

    activity.findViewById(R.id.share).performClick();
    Intent chooser = shadowOf(activity).getNextStartedActivity();
    Intent send = sent(chooser);
    assertEquals("application/json", send.getType());
    Uri shared = send.getClipData().getItemAt(0).getUri();
    assertTrue((send.getFlags() & Intent.FLAG_GRANT_READ_URI_PERMISSION) != 0);
    JSONObject metrics = new JSONObject(read(activity, shared));
    JSONArray records = metrics.getJSONArray("records");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < records.length(); i++) {
      names.add(records.getJSONObject(i).getString("recipe"));
    }
    assertEquals(VARIANTS, names.size());
    assertEquals("android", metrics.getJSONObject("machine").getString("kind"));

    // The table is there again after the process has ended.
    BenchmarkRun.forget();
    BenchmarkActivity next = launch(BenchmarkActivity.class);
    assertEquals(1 + VARIANTS, ((ViewGroup) next.findViewById(R.id.table)).getChildCount());
  }

  @Test
  public void runsWithoutHandsOn() throws Exception {
    Intent intent = new Intent().putExtra(BenchmarkActivity.BENCHMARK, true);
    BenchmarkActivity activity = controller(BenchmarkActivity.class, intent).get();
    TestScreen.await(activity::isFinishing);
    StringBuilder log = new StringBuilder();
    for (ShadowLog.LogItem item : ShadowLog.getLogsForTag("model_press")) {
      log.append(item.msg).append('\n');
    }
    assertTrue(log.toString(), log.toString().contains("digits_fp32: accuracy 0."));
    assertTrue(log.toString(), log.toString().contains("benchmark written to "));
    String json = read(activity, Uri.fromFile(new BenchmarkFiles(activity).publicMetrics()));
    assertEquals(VARIANTS, new JSONObject(json).getJSONArray("records").length());
  }

  @Test
  public void goesOnWhileTheScreenIsMadeAnew() {
    ActivityController<BenchmarkActivity> controller = controller(BenchmarkActivity.class);
    controller.get().findViewById(R.id.start).performClick();
    controller.recreate();
    BenchmarkActivity anew = controller.get();
    assertFalse(anew.findViewById(R.id.start).isEnabled());
    TestScreen.await(() -> anew.findViewById(R.id.start).isEnabled());
    assertEquals(1 + VARIANTS, ((ViewGroup) anew.findViewById(R.id.table)).getChildCount());
  }

  @Test
  public void sharesNothingElse() throws Exception {
    BenchmarkActivity activity = launch(BenchmarkActivity.class);
    Uri other = Uri.parse("content://" + activity.getPackageName() + ".metrics/settings.xml");
    assertThrows(FileNotFoundException.class, () -> read(activity, other));
    Uri metrics = MetricsProvider.uri(activity);
    assertThrows(
        FileNotFoundException.class,
        () -> activity.getContentResolver().openFileDescriptor(metrics, "w"));
  }

  @Test
  public void forgetsABrokenFile() throws Exception {
    BenchmarkActivity activity = launch(BenchmarkActivity.class);
    BenchmarkRun.forget();
    try (OutputStream stream = new FileOutputStream(activity.getFilesDir() + "/benchmark.json")) {
      stream.write("[{".getBytes(StandardCharsets.UTF_8));
    }
    BenchmarkActivity next = launch(BenchmarkActivity.class);
    assertFalse(TestScreen.visible(next, R.id.table_card));
  }

  @Test
  public void showsWhyAVariantFailed() throws Exception {
    BenchmarkRow row =
        BenchmarkRow.fromJson(BenchmarkRow.failed("digits_odd", "out of memory").toJson());
    assertEquals("out of memory", row.problem);
    assertEquals("digits_odd", row.shortName);
    assertTrue(row.record == null);
  }

  // The typed getter is of API 33, the plain one deprecated there; the tests run on older ones too.
  @SuppressWarnings("deprecation")
  private static Intent sent(Intent chooser) {
    return chooser.getParcelableExtra(Intent.EXTRA_INTENT);
  }

  private static String read(BenchmarkActivity activity, Uri uri) throws IOException {
    InputStream stream = activity.getContentResolver().openInputStream(uri);
    return new String(AppModels.readAll(stream), StandardCharsets.UTF_8);
  }
}
