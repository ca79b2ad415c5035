package org.modelpress.app;

import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Rect;
import android.net.Uri;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.HorizontalScrollView;
import android.widget.ImageView;
import android.widget.ScrollView;
import android.widget.Spinner;
import android.widget.TextView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowActivity;

/** What the screens' tests share: a held-out photo, waiting, and pictures of screens. */
final class TestScreen {
  static final Uri PHOTO = Uri.parse("content://photos/1");

  private static final int POLL_MILLIS = 20;
  private static final int MAX_POLLS = 60_000 / POLL_MILLIS;

  // Android's own measure of what a finger can press.
  private static final int SMALLEST_DP = 48;
  private static final double CONTRAST = 4.5;

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
  static void await(BooleanSupplier condition) {
    // Counted, not clocked: Robolectric's clock stands still.
    for (int polls = 0; !condition.getAsBoolean(); polls++) {
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

  /** {@code top} and all views in it, in the order of the screen. */
  private static List<View> views(View top) {
    List<View> views = new ArrayList<>();
    views.add(top);
    if (top instanceof ViewGroup) {
      for (int i = 0; i < ((ViewGroup) top).getChildCount(); i++) {
        views.addAll(views(((ViewGroup) top).getChildAt(i)));
      }
    }
    return views;
  }

  /** All text that is on the screen, a line for each view. */
  static String allText(View top) {
    StringBuilder text = new StringBuilder();
    for (View view : views(top)) {
      if (view instanceof TextView && view.getVisibility() == View.VISIBLE) {
        text.append(((TextView) view).getText()).append('\n');
      }
    }
    return text.toString();
  }

  /** No text is cut off by its own view, and what is wider than the screen shows that it is. */
  static void assertNothingIsCut(View top) {
    for (View view : views(top)) {
      if (view instanceof HorizontalScrollView) {
        View content = ((ViewGroup) view).getChildAt(0);
        int room = view.getWidth() - view.getPaddingLeft() - view.getPaddingRight();
        String wide = content.getWidth() + " wide in " + room + ", without a scroll bar";
        assertTrue(wide, content.getWidth() <= room || !view.isScrollbarFadingEnabled());
      }
      if (view instanceof TextView && view.isShown() && ((TextView) view).getLayout() != null) {
        TextView text = (TextView) view;
        int room = text.getHeight() - text.getTotalPaddingTop() - text.getTotalPaddingBottom();
        assertTrue("cut: " + text.getText(), text.getLayout().getHeight() <= room);
      }
    }
  }

  /** What can be pressed has words for a screen reader and is large enough for a finger. */
  static void assertUsable(View top) {
    for (View view : views(top)) {
      if (view.isShown() && view.isClickable() && !(view instanceof ScrollView)) {
        String words = String.valueOf(view.getContentDescription());
        if (view instanceof TextView) {
          words += ((TextView) view).getText();
        }
        boolean labelled = view instanceof Spinner || !words.replace("null", "").trim().isEmpty();
        String name = view.getClass().getSimpleName() + " " + words;
        assertTrue("nothing to read out: " + name, labelled);
        float dp = view.getResources().getDisplayMetrics().density;
        boolean isText = view instanceof TextView && ((TextView) view).isTextSelectable();
        assertTrue("too low to press: " + name, isText || view.getHeight() >= SMALLEST_DP * dp);
      }
      if (view.isShown() && view instanceof ImageView) {
        assertTrue("a picture without words", view.getContentDescription() != null);
      }
    }
  }

  /** All text stands out from what is behind it, as WCAG 2.1 asks (1.4.3, level AA). */
  static void assertReadable(Activity activity) {
    View page = page(activity);
    Bitmap drawn = draw(activity.getWindow().getDecorView(), page);
    for (View view : views(page)) {
      if (!(view instanceof TextView) || !view.isShown() || !view.isEnabled()) {
        continue;
      }
      TextView text = (TextView) view;
      Rect place = new Rect(0, 0, text.getWidth(), text.getHeight());
      ((ViewGroup) page).offsetDescendantRectToMyCoords(text, place);
      boolean onPage = place.intersect(0, 0, drawn.getWidth(), drawn.getHeight());
      if (onPage && text.length() > 0) {
        double contrast = contrast(text.getCurrentTextColor(), commonest(drawn, place));
        String seen = String.format("contrast %.2f: %s", contrast, text.getText());
        assertTrue(seen, contrast >= CONTRAST);
      }
    }
  }

  /** The colour that most pixels have: what is behind the letters. */
  private static int commonest(Bitmap drawn, Rect place) {
    Map<Integer, Integer> counts = new HashMap<>();
    int best = 0;
    for (int y = place.top; y < place.bottom; y += 2) {
      for (int x = place.left; x < place.right; x += 2) {
        int color = drawn.getPixel(x, y);
        if (counts.merge(color, 1, Integer::sum) > counts.getOrDefault(best, 0)) {
          best = color;
        }
      }
    }
    return best;
  }

  private static double contrast(int first, int second) {
    double one = Color.luminance(first) + 0.05;
    double other = Color.luminance(second) + 0.05;
    return Math.max(one, other) / Math.min(one, other);
  }

  /** Leaves a picture of the screen among the test's outputs. */
  static void picture(Activity activity, String name) throws IOException {
    View screen = activity.getWindow().getDecorView();
    save(draw(screen, screen), name);
  }

  /** The same with what lies below the screen's lower edge. */
  static void wholePage(Activity activity, String name) throws IOException {
    save(draw(activity.getWindow().getDecorView(), page(activity)), name);
  }

  private static View page(Activity activity) {
    ViewGroup content = activity.findViewById(android.R.id.content);
    return ((ScrollView) content.getChildAt(0)).getChildAt(0);
  }

  private static Bitmap draw(View background, View view) {
    // Buttons would be drawn in the middle of their animation.
    view.jumpDrawablesToCurrentState();
    Bitmap bitmap = Bitmap.createBitmap(view.getWidth(), view.getHeight(), Bitmap.Config.ARGB_8888);
    Canvas canvas = new Canvas(bitmap);
    canvas.drawColor(background.getContext().getColor(R.color.background));
    view.draw(canvas);
    return bitmap;
  }

  private static void save(Bitmap bitmap, String name) throws IOException {
    String folder = System.getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (folder == null) {
      return;
    }
    Path path = Paths.get(folder, name);
    try (OutputStream stream = Files.newOutputStream(path)) {
      bitmap.compress(Bitmap.CompressFormat.PNG, 100, stream);
    }
  }
}
