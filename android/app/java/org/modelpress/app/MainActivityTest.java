package org.modelpress.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.ProviderInfo;
import android.graphics.Color;
import android.os.Build;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.RadioGroup;
import android.widget.Spinner;
import android.widget.Switch;
import android.widget.TextView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;
import org.modelpress.core.Classifier;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;

/**
 * Uses the real screen with the real models: chooses a photo of the held-out set and reads the
 * answer.
 */
public final class MainActivityTest extends TestOfScreens {
  private static final int LABELS_SHOWN = 5;
  private static final String[] VARIANTS = {"int8", "fp16", "fp32"};

  // shows: pain D33
  @Test
  public void showsTheRightLabelOfAHeldOutPhoto() throws Exception {
    MainActivity activity = withPhoto(open());
    ViewGroup results = activity.findViewById(R.id.results);
    assertEquals(LABELS_SHOWN, results.getChildCount());
    assertEquals(TestScreen.expectedLabel(), label(activity));
    String status = TestScreen.text(activity, R.id.status);
    assertTrue(status, status.contains(Classifier.XNNPACK));
    TestScreen.await(() -> TestScreen.visible(activity, R.id.figures_card));
    TestScreen.picture(activity, "app.png");
  }

  @Test
  @Config(qualifiers = "+night")
  public void hasADarkTheme() throws Exception {
    MainActivity activity = withPhoto(open());
    TestScreen.await(() -> TestScreen.visible(activity, R.id.figures_card));
    // That text can be read on it is EveryScreenTest's.
    assertTrue(Color.luminance(activity.getColor(R.color.background)) < 0.05);
    TestScreen.picture(activity, "app_dark.png");
    TestScreen.wholePage(activity, "page_dark.png");
  }

  @Test
  @Config(qualifiers = "zh-rCN-w1000dp-h720dp-xhdpi")
  public void speaksChineseOnATablet() throws Exception {
    MainActivity activity = withPhoto(open());
    TestScreen.await(() -> TestScreen.visible(activity, R.id.figures_card));
    assertEquals("照片", TestScreen.text(activity, R.id.pick));
    TestScreen.picture(activity, "app_tablet_zh.png");
    View pick = activity.findViewById(R.id.pick);
    View results = activity.findViewById(R.id.results_card);
    int[] left = new int[2];
    int[] right = new int[2];
    pick.getLocationInWindow(left);
    results.getLocationInWindow(right);
    assertTrue("two columns", right[0] > left[0] + pick.getWidth());
  }

  @Test
  public void keepsEveryWordWithLargeText() throws Exception {
    RuntimeEnvironment.setFontScale(2f);
    MainActivity activity = withPhoto(open());
    TestScreen.await(() -> TestScreen.visible(activity, R.id.figures_card));
    TestScreen.wholePage(activity, "page_large_text.png");
    TestScreen.assertNothingIsCut(activity.getWindow().getDecorView());
  }

  @Test
  public void comparesTheVariantsThatTheUserPicks() throws Exception {
    MainActivity activity = withPhoto(open());
    Spinner picker = activity.findViewById(R.id.variants);
    assertEquals(VARIANTS.length, picker.getCount());
    ViewGroup figures = activity.findViewById(R.id.figures);
    for (int i = 0; i < VARIANTS.length; i++) {
      assertTrue(picker.getItemAtPosition(i).toString().startsWith(VARIANTS[i] + " · "));
      int shown = i + 1;
      picker.setSelection(i);
      TestScreen.await(() -> figures.getChildCount() == shown);
      assertTrue(TestScreen.text(activity, R.id.model_line).contains("digits_" + VARIANTS[i]));
      assertEquals(TestScreen.expectedLabel(), label(activity));
      assertTrue(TestScreen.allText(figures).contains(VARIANTS[i] + "\n"));
    }
    TestScreen.wholePage(activity, "page.png");
  }

  @Test
  public void runsOnTheThreadsAndKernelsThatAreSet() throws Exception {
    MainActivity activity = withPhoto(open());
    ((Switch) activity.findViewById(R.id.xnnpack)).performClick();
    ((RadioGroup) activity.findViewById(R.id.threads)).check(R.id.threads_4);
    TestScreen.await(() -> ranOn(activity).equals("CPU, 4 threads"));
    // Kept for the next start.
    assertFalse(new Settings(activity).options().xnnpack());
    assertEquals(4, new Settings(activity).options().threads());
    MainActivity next = open();
    assertFalse(((Switch) next.findViewById(R.id.xnnpack)).isChecked());
  }

  // shows: pain D39
  @Test
  public void fallsBackToTheProcessorWithoutNnapi() throws Exception {
    MainActivity activity = open();
    Switch nnapi = activity.findViewById(R.id.nnapi);
    assertFalse("off by default", nnapi.isChecked());
    assertFalse(activity.findViewById(R.id.half_precision).isEnabled());
    nnapi.performClick();
    withPhoto(activity);
    // This machine has no NNAPI, so what really ran is the processor, and the screen says so.
    String status = TestScreen.text(activity, R.id.status);
    assertTrue(status, status.contains("so " + Classifier.XNNPACK + " does"));
    assertEquals(TestScreen.expectedLabel(), label(activity));
    Spinner picker = activity.findViewById(R.id.variants);
    assertFalse("int8", activity.findViewById(R.id.half_precision).isEnabled());
    picker.setSelection(2);
    TestScreen.await(() -> activity.findViewById(R.id.half_precision).isEnabled());
  }

  @Test
  public void saysThatAFileIsNoPicture() throws Exception {
    MainActivity activity = open();
    for (String content : new String[] {"not a picture", ""}) {
      TestScreen.register(content.getBytes(StandardCharsets.UTF_8));
      TestScreen.answerPhoto(activity, R.id.pick);
      String error = activity.getString(R.string.photo_error);
      TestScreen.await(() -> TestScreen.text(activity, R.id.status).equals(error));
      assertFalse(TestScreen.visible(activity, R.id.results_card));
    }
  }

  @Test
  public void asksForAPictureWithoutAPermission() {
    MainActivity activity = open();
    activity.findViewById(R.id.pick).performClick();
    Intent intent = shadowOf(activity).getNextStartedActivity();
    assertEquals("image/*", intent.getType());
    boolean hasPicker = Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU;
    String expected = hasPicker ? "android.provider.action.PICK_IMAGES" : Intent.ACTION_GET_CONTENT;
    assertEquals(expected, intent.getAction());
  }

  @Test
  public void keepsPhotoAndChoiceWhenTheScreenIsMadeAnew() throws Exception {
    ActivityController<MainActivity> controller = controller(MainActivity.class);
    withPhoto(controller.get());
    ((Spinner) controller.get().findViewById(R.id.variants)).setSelection(1);
    TestScreen.await(() -> controller.get().findViewById(R.id.figures) != null);
    controller.recreate();
    MainActivity anew = controller.get();
    TestScreen.await(() -> TestScreen.visible(anew, R.id.results_card));
    assertEquals(TestScreen.expectedLabel(), label(anew));
    TestScreen.await(() -> TestScreen.text(anew, R.id.model_line).contains("digits_fp16"));
  }

  @Test
  public void keepsPhotoAndChoiceWhenTheProcessDies() throws Exception {
    ActivityController<MainActivity> controller = controller(MainActivity.class);
    withPhoto(controller.get());
    ((Spinner) controller.get().findViewById(R.id.variants)).setSelection(1);
    TestScreen.await(
        () -> TestScreen.text(controller.get(), R.id.model_line).contains("digits_fp16"));
    MainActivity anew = afterProcessDeath(controller, MainActivity.class);
    TestScreen.await(() -> TestScreen.visible(anew, R.id.results_card));
    assertEquals(TestScreen.expectedLabel(), label(anew));
    TestScreen.await(() -> TestScreen.text(anew, R.id.model_line).contains("digits_fp16"));
  }

  @Test
  public void asksForTheCameraAloneAndBacksNothingUp() throws Exception {
    MainActivity activity = open();
    PackageManager packages = activity.getPackageManager();
    PackageInfo asked =
        packages.getPackageInfo(activity.getPackageName(), PackageManager.GET_PERMISSIONS);
    assertArrayEquals(new String[] {Manifest.permission.CAMERA}, asked.requestedPermissions);
    int backup = activity.getApplicationInfo().flags & ApplicationInfo.FLAG_ALLOW_BACKUP;
    assertEquals(0, backup);
    assertNull("not before the camera is used", shadowOf(activity).getLastRequestedPermission());
  }

  @Test
  public void noOtherAppStartsABenchmark() throws Exception {
    Intent intent = new Intent().putExtra(BenchmarkActivity.BENCHMARK, true);
    MainActivity activity = controller(MainActivity.class, intent).get();
    assertNull(shadowOf(activity).getNextStartedActivity());
    assertFalse(activity.isFinishing());

    PackageInfo app =
        activity
            .getPackageManager()
            .getPackageInfo(
                activity.getPackageName(),
                PackageManager.GET_ACTIVITIES | PackageManager.GET_PROVIDERS);
    Map<String, String> open = new HashMap<>();
    for (ActivityInfo screen : app.activities) {
      if (screen.exported) {
        open.put(screen.name, screen.permission);
      }
    }
    for (ProviderInfo provider : app.providers) {
      assertFalse(provider.name, provider.exported);
    }
    Map<String, String> expected = new HashMap<>();
    expected.put(MainActivity.class.getName(), null);
    // adb's shell has it, and no app from a store.
    expected.put(BenchmarkActivity.class.getName(), Manifest.permission.DUMP);
    assertEquals(expected, open);
  }

  @Test
  public void anErrorWhileReadingAPhotoIsToldOnTheScreen() {
    MainActivity activity = open();
    shadowOf(activity.getContentResolver())
        .registerInputStreamSupplier(
            TestScreen.PHOTO,
            () -> {
              throw new NoClassDefFoundError("a codec");
            });
    TestScreen.answerPhoto(activity, R.id.pick);
    String expected = activity.getString(R.string.photo_error);
    TestScreen.await(() -> TestScreen.text(activity, R.id.status).equals(expected));
  }

  @Test
  public void givesAScreenReaderWords() throws Exception {
    MainActivity activity = withPhoto(open());
    ImageView photo = activity.findViewById(R.id.photo);
    String label = TestScreen.expectedLabel();
    assertTrue(photo.getContentDescription().toString().contains(label));
    View first = ((ViewGroup) activity.findViewById(R.id.results)).getChildAt(0);
    assertTrue(first.getContentDescription().toString().startsWith(label + ", "));
    View four = activity.findViewById(R.id.threads_4);
    assertEquals("4 threads", four.getContentDescription().toString());
  }

  private MainActivity open() {
    MainActivity activity = launch(MainActivity.class);
    String opening = activity.getString(R.string.opening);
    TestScreen.await(() -> !TestScreen.text(activity, R.id.model_line).equals(opening));
    return activity;
  }

  private static MainActivity withPhoto(MainActivity activity) throws IOException {
    TestScreen.register(TestScreen.photoBytes());
    TestScreen.answerPhoto(activity, R.id.pick);
    TestScreen.await(() -> TestScreen.visible(activity, R.id.results_card));
    return activity;
  }

  private static String label(MainActivity activity) {
    View first = ((ViewGroup) activity.findViewById(R.id.results)).getChildAt(0);
    return ((TextView) first.findViewById(R.id.label)).getText().toString();
  }

  private static String ranOn(MainActivity activity) {
    TextView line = activity.findViewById(R.id.ran_on);
    return line == null ? "" : line.getText().toString();
  }
}
