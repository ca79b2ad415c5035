package org.modelpress.app;

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
import android.widget.ScrollView;
import android.widget.TextView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowActivity;

/** What the screens' tests share: a held-out photo, waiting, and pictures of screens. */
final class TestScreen {
  static final Uri PHOTO = Uri.parse("content://photos/1");

  private static final int POLL_MILLIS = 20;
  private static final int MAX_POLLS = 60_000 / POLL_MILLIS;

  interface Condition {
    boolean holds();
  }

  private TestScreen() {}

  static byte[] photoBytes() throws IOException {
    return Files.readAllBytes(Paths.get(System.getProperty("example.photo")));
  }

  static String expectedLabel() throws IOException {
    byte[] bytes = Files.readAllBytes(Paths.get(System.getProperty("example.label")));
    return new String(bytes, StandardCharsets.UTF_8).trim();
  }

  /** Makes {@link #PHOTO} a picture with this content. */
  static void register(byte[] content) {
    shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
        .registerInputStreamSupplier(PHOTO, () -> new ByteArrayInputStream(content));
  }

  /** Presses {@code button} and lets the screen that it starts answer with {@link #PHOTO}. */
  static void answerPhoto(Activity activity, int button) {
    answer(activity, button, new Intent().setData(PHOTO));
  }

  /** Presses {@code button} and lets the screen that it starts answer. */
  static void answer(Activity activity, int button, Intent answer) {
    activity.findViewById(button).performClick();
    ShadowActivity.IntentForResult request = shadowOf(activity).getNextStartedActivityForResult();
    shadowOf(activity).receiveResult(request.intent, Activity.RESULT_OK, answer);
  }

  static String text(Activity activity, int id) {
    return ((TextView) activity.findViewById(id)).getText().toString();
  }

  static boolean visible(Activity activity, int id) {
    return activity.findViewById(id).getVisibility() == View.VISIBLE;
  }

  /** Runs what the background threads post to the screen until the condition holds. */
  static void await(Condition condition) {
    // Counted, not clocked: Robolectric's clock stands still.
    for (int polls = 0; !condition.holds(); polls++) {
      if (polls > MAX_POLLS) {
        throw new AssertionError("the screen did not change in time");
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      shadowOf(Looper.getMainLooper()).idle();
    }
  }

  /** All text that is on the screen, a line for each view. */
  static String allText(View view) {
    StringBuilder text = new StringBuilder();
    if (view instanceof TextView && view.getVisibility() == View.VISIBLE) {
      text.append(((TextView) view).getText()).append('\n');
    }
    if (view instanceof ViewGroup) {
      for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
        text.append(allText(((ViewGroup) view).getChildAt(i)));
      }
    }
    return text.toString();
  }

  /** No text is cut off by its own view. */
  static void assertNothingIsCut(View view) {
    if (view instanceof ViewGroup) {
      for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
        assertNothingIsCut(((ViewGroup) view).getChildAt(i));
      }
    } else if (view instanceof TextView && view.isShown()) {
      TextView text = (TextView) view;
      if (text.getLayout() != null) {
        int room = text.getHeight() - text.getTotalPaddingTop() - text.getTotalPaddingBottom();
        assertTrue("cut: " + text.getText(), text.getLayout().getHeight() <= room);
      }
    }
  }

  /** Leaves a picture of the screen among the test's outputs. */
  static void picture(Activity activity, String name) throws IOException {
    View screen = activity.getWindow().getDecorView();
    save(screen, screen, screen.getWidth(), screen.getHeight(), name);
  }

  /** The same with what lies below the screen's lower edge. */
  static void wholePage(Activity activity, String name) throws IOException {
    ViewGroup content = activity.findViewById(android.R.id.content);
    ScrollView scroll = (ScrollView) content.getChildAt(0);
    View page = scroll.getChildAt(0);
    save(activity.getWindow().getDecorView(), page, page.getWidth(), page.getHeight(), name);
  }

  private static void save(View background, View view, int width, int height, String name)
      throws IOException {
    String folder = System.getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (folder == null) {
      return;
    }
    // Buttons would be drawn in the middle of their animation.
    view.jumpDrawablesToCurrentState();
    Bitmap bitmap = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
    Canvas canvas = new Canvas(bitmap);
    canvas.drawColor(background.getContext().getColor(R.color.background));
    view.draw(canvas);
    Path path = Paths.get(folder, name);
    try (OutputStream stream = Files.newOutputStream(path)) {
      bitmap.compress(Bitmap.CompressFormat.PNG, 100, stream);
    }
  }
}
