package org.modelpress.app;

import android.app.Activity;
import android.view.View;
import java.util.Collections;
import java.util.Locale;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;

/**
 * Every screen fits a tablet, a small phone in Chinese, the dark, and large text: nothing is cut
 * off, what can be pressed is large enough and has words, and all text can be read.
 */
public final class EveryScreenTest extends TestOfScreens {
  private static final float LARGE = 1.6f;

  @Before
  public void keepABenchmark() throws Exception {
    BenchmarkRun.forget();
    BenchmarkRow row = BenchmarkRow.fromJson(measured());
    new BenchmarkFiles(RuntimeEnvironment.getApplication()).write(Collections.singletonList(row));
  }

  @After
  public void endProcess() {
    BenchmarkRun.forget();
  }

  @Test
  @Config(qualifiers = "w1280dp-h800dp-mdpi")
  public void onATablet() throws Exception {
    show("tablet");
  }

  @Test
  @Config(qualifiers = "zh-rCN-w320dp-h533dp-hdpi")
  public void onASmallPhoneInChinese() throws Exception {
    show("small_zh");
  }

  @Test
  @Config(qualifiers = "w411dp-h891dp-night-xhdpi")
  public void inTheDark() throws Exception {
    show("dark");
  }

  @Test
  @Config(qualifiers = "w360dp-h640dp-xhdpi")
  public void withLargeText() throws Exception {
    RuntimeEnvironment.setFontScale(LARGE);
    show("large_text");
  }

  private void show(String form) throws Exception {
    show(MainActivity.class, form);
    show(DrawActivity.class, form);
    show(BenchmarkActivity.class, form);
    show(AboutActivity.class, form);
    show(CameraActivity.class, form);
    // Its page is long, and all of one kind.
    Activity licences = launch(LicencesActivity.class);
    TestScreen.assertNothingIsCut(licences.getWindow().getDecorView());
    TestScreen.assertUsable(licences.getWindow().getDecorView());
    TestScreen.picture(licences, form + "_licences.png");
  }

  private void show(Class<? extends Activity> screen, String form) throws Exception {
    Activity activity = launch(screen);
    View window = activity.getWindow().getDecorView();
    TestScreen.assertNothingIsCut(window);
    TestScreen.assertUsable(window);
    TestScreen.assertReadable(activity);
    String name = screen.getSimpleName().replace("Activity", "").toLowerCase(Locale.ROOT);
    TestScreen.wholePage(activity, form + "_" + name + ".png");
  }

  private static JSONObject measured() throws JSONException {
    JSONObject record =
        new JSONObject()
            .put("bytes", 186_064)
            .put("peak_memory_bytes", 97_500_000)
            .put("latency", new JSONObject().put("median_ms", 12.34));
    return new JSONObject()
        .put("variant", "digits_macs30_int8")
        .put("short_name", "macs30_int8")
        .put("record", record)
        .put("accuracy", 0.975)
        .put("images", 200)
        .put("problem", "");
  }
}
