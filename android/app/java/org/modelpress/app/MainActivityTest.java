package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.net.Uri;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Switch;
import android.widget.TextView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.modelpress.core.Classifier;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.shadows.ShadowActivity;

/**
 * Uses the real screen with the real model: chooses a photo of the held-out set and reads the
 * answer.
 *
 * <p>Each test may leave a picture of the screen among the test's outputs.
 */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 35, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public final class MainActivityTest {
  private static final Uri PHOTO = Uri.parse("content://photos/1");
  private static final int POLL_MILLIS = 20;
  private static final int MAX_POLLS = 30_000 / POLL_MILLIS;
  private static final int LABELS_SHOWN = 5;

  @Test
  public void showsTheRightLabelOfAHeldOutPhoto() throws Exception {
    MainActivity activity = open();
    choose(activity, photoBytes());
    await(activity, () -> activity.findViewById(R.id.results_card).getVisibility() == View.VISIBLE);
    ViewGroup results = activity.findViewById(R.id.results);
    assertEquals(LABELS_SHOWN, results.getChildCount());
    assertEquals(expectedLabel(), label(results, 0));
    String status = text(activity, R.id.status);
    assertTrue(status, status.contains(Classifier.XNNPACK));
    picture(activity, "app.png");
  }

  @Test
  @Config(qualifiers = "+night")
  public void hasADarkTheme() throws Exception {
    MainActivity activity = open();
    choose(activity, photoBytes());
    await(activity, () -> activity.findViewById(R.id.results_card).getVisibility() == View.VISIBLE);
    picture(activity, "app_dark.png");
  }

  @Test
  public void fallsBackToTheProcessorWithoutNnapi() throws Exception {
    MainActivity activity = open();
    Switch nnapi = activity.findViewById(R.id.nnapi);
    assertFalse("off by default", nnapi.isChecked());
    nnapi.performClick();
    choose(activity, photoBytes());
    await(activity, () -> activity.findViewById(R.id.results_card).getVisibility() == View.VISIBLE);
    // This machine has no NNAPI, so what really ran is the processor.
    assertTrue(text(activity, R.id.status).contains(Classifier.XNNPACK));
    assertEquals(expectedLabel(), label(activity.findViewById(R.id.results), 0));
  }

  @Test
  public void saysThatAFileIsNoPicture() throws Exception {
    MainActivity activity = open();
    choose(activity, "not a picture".getBytes(StandardCharsets.UTF_8));
    String error = activity.getString(R.string.photo_error);
    await(activity, () -> text(activity, R.id.status).equals(error));
    assertEquals(View.GONE, activity.findViewById(R.id.results_card).getVisibility());
  }

  @Test
  public void asksForAPictureWithoutAPermission() {
    MainActivity activity = open();
    activity.findViewById(R.id.pick).performClick();
    Intent intent = shadowOf(activity).getNextStartedActivity();
    assertEquals("image/*", intent.getType());
    assertEquals("android.provider.action.PICK_IMAGES", intent.getAction());
  }

  @Test
  public void keepsThePhotoWhenTheScreenIsMadeAnew() throws Exception {
    ActivityController<MainActivity> controller =
        Robolectric.buildActivity(MainActivity.class).setup();
    choose(controller.get(), photoBytes());
    await(controller.get(), () -> visible(controller.get(), R.id.results_card));
    register(photoBytes());
    controller.recreate();
    await(controller.get(), () -> visible(controller.get(), R.id.results_card));
    assertEquals(expectedLabel(), label(controller.get().findViewById(R.id.results), 0));
  }

  private static MainActivity open() {
    MainActivity activity = Robolectric.buildActivity(MainActivity.class).setup().get();
    await(
        activity,
        () -> !text(activity, R.id.model_line).equals(activity.getString(R.string.opening)));
    return activity;
  }

  private static void choose(MainActivity activity, byte[] content) {
    register(content);
    activity.findViewById(R.id.pick).performClick();
    ShadowActivity.IntentForResult request = shadowOf(activity).getNextStartedActivityForResult();
    Intent answer = new Intent().setData(PHOTO);
    shadowOf(activity).receiveResult(request.intent, Activity.RESULT_OK, answer);
  }

  private static void register(byte[] content) {
    shadowOf(org.robolectric.RuntimeEnvironment.getApplication().getContentResolver())
        .registerInputStreamSupplier(PHOTO, () -> new ByteArrayInputStream(content));
  }

  private static byte[] photoBytes() throws IOException {
    return Files.readAllBytes(Paths.get(System.getProperty("example.photo")));
  }

  private static String expectedLabel() throws IOException {
    byte[] bytes = Files.readAllBytes(Paths.get(System.getProperty("example.label")));
    return new String(bytes, StandardCharsets.UTF_8).trim();
  }

  private static String label(ViewGroup results, int row) {
    TextView view = results.getChildAt(row).findViewById(R.id.label);
    return view.getText().toString();
  }

  private static String text(Activity activity, int id) {
    return ((TextView) activity.findViewById(id)).getText().toString();
  }

  private static boolean visible(Activity activity, int id) {
    return activity.findViewById(id).getVisibility() == View.VISIBLE;
  }

  private interface Condition {
    boolean holds();
  }

  /** Runs what the background thread posts to the screen until the condition holds. */
  private static void await(Activity activity, Condition condition) {
    // Counted, not clocked: Robolectric's clock stands still.
    for (int polls = 0; !condition.holds(); polls++) {
      if (polls > MAX_POLLS) {
        throw new AssertionError(
            "the screen did not change in time; its status: " + text(activity, R.id.status));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      shadowOf(Looper.getMainLooper()).idle();
    }
  }

  private static void picture(Activity activity, String name) throws IOException {
    String folder = System.getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (folder == null) {
      return;
    }
    View screen = activity.getWindow().getDecorView();
    Bitmap bitmap =
        Bitmap.createBitmap(screen.getWidth(), screen.getHeight(), Bitmap.Config.ARGB_8888);
    screen.draw(new Canvas(bitmap));
    Path path = Paths.get(folder, name);
    try (OutputStream stream = Files.newOutputStream(path)) {
      bitmap.compress(Bitmap.CompressFormat.PNG, 100, stream);
    }
  }
}
