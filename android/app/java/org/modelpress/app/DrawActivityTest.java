package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.os.SystemClock;
import android.view.MotionEvent;
import android.view.ViewGroup;
import android.widget.RadioGroup;
import android.widget.TextView;
import org.junit.Test;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;

/** A drawn digit is recognised, in the ink that it was drawn with. */
public final class DrawActivityTest extends TestOfScreens {
  // Corners of a seven, as parts of the pad's side.
  private static final float[] SEVEN = {0.32f, 0.25f, 0.68f, 0.25f, 0.45f, 0.78f};
  private static final int STEPS = 12;

  @Test
  public void recognisesADrawnSeven() throws Exception {
    DrawActivity activity = launch(DrawActivity.class);
    ((RadioGroup) activity.findViewById(R.id.inks)).check(R.id.blue);
    draw(activity.findViewById(R.id.pad), SEVEN);
    TestScreen.picture(activity, "draw.png");
    activity.findViewById(R.id.done).performClick();
    assertEquals(Activity.RESULT_OK, shadowOf(activity).getResultCode());
    Intent drawing = shadowOf(activity).getResultIntent();

    MainActivity main = launch(MainActivity.class);
    TestScreen.answer(main, R.id.draw, drawing);
    TestScreen.await(() -> TestScreen.visible(main, R.id.results_card));
    ViewGroup results = main.findViewById(R.id.results);
    TextView best = results.getChildAt(0).findViewById(R.id.label);
    assertEquals("7 blue", best.getText().toString());
  }

  @Test
  public void asksForADrawingFirst() {
    DrawActivity activity = launch(DrawActivity.class);
    activity.findViewById(R.id.done).performClick();
    assertFalse(activity.isFinishing());
    String asked = activity.getString(R.string.draw_first);
    assertEquals(asked, TestScreen.text(activity, R.id.draw_status));
  }

  @Test
  public void takesStrokesBack() {
    DrawActivity activity = launch(DrawActivity.class);
    DrawingView pad = activity.findViewById(R.id.pad);
    draw(pad, SEVEN);
    draw(pad, new float[] {0.5f, 0.5f, 0.6f, 0.6f});
    activity.findViewById(R.id.undo).performClick();
    assertFalse(pad.isEmpty());
    activity.findViewById(R.id.undo).performClick();
    assertTrue(pad.isEmpty());
    activity.findViewById(R.id.undo).performClick();
    draw(pad, SEVEN);
    activity.findViewById(R.id.clear).performClick();
    assertTrue(pad.isEmpty());
  }

  @Test
  public void keepsTheDrawingWhenTheScreenIsMadeAnew() {
    ActivityController<DrawActivity> controller = controller(DrawActivity.class);
    DrawingView pad = controller.get().findViewById(R.id.pad);
    draw(pad, SEVEN);
    int side = 40;
    Bitmap before = pad.toBitmap(side);
    controller.recreate();
    DrawingView anew = controller.get().findViewById(R.id.pad);
    assertTrue(before.sameAs(anew.toBitmap(side)));
  }

  @Test
  public void keepsTheDrawingWhenTheProcessDies() {
    ActivityController<DrawActivity> controller = controller(DrawActivity.class);
    ((RadioGroup) controller.get().findViewById(R.id.inks)).check(R.id.blue);
    DrawingView pad = controller.get().findViewById(R.id.pad);
    draw(pad, SEVEN);
    int side = 40;
    Bitmap before = pad.toBitmap(side);
    DrawActivity anew = afterProcessDeath(controller, DrawActivity.class);
    DrawingView kept = anew.findViewById(R.id.pad);
    assertTrue(before.sameAs(kept.toBitmap(side)));
    RadioGroup inks = anew.findViewById(R.id.inks);
    assertEquals(R.id.blue, inks.getCheckedRadioButtonId());
  }

  @Test
  @Config(qualifiers = "+land-night")
  public void fitsALandscapeScreen() throws Exception {
    DrawActivity activity = launch(DrawActivity.class);
    draw(activity.findViewById(R.id.pad), SEVEN);
    TestScreen.wholePage(activity, "draw_landscape.png");
    int screen = activity.getResources().getDisplayMetrics().heightPixels;
    assertTrue(activity.findViewById(R.id.pad).getHeight() < screen);
  }

  private static void draw(DrawingView pad, float[] corners) {
    long time = SystemClock.uptimeMillis();
    send(pad, time, MotionEvent.ACTION_DOWN, corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      for (int step = 1; step <= STEPS; step++) {
        float part = (float) step / STEPS;
        float x = corners[i - 2] + part * (corners[i] - corners[i - 2]);
        float y = corners[i - 1] + part * (corners[i + 1] - corners[i - 1]);
        send(pad, time, MotionEvent.ACTION_MOVE, x, y);
      }
    }
    int last = corners.length - 2;
    send(pad, time, MotionEvent.ACTION_UP, corners[last], corners[last + 1]);
  }

  private static void send(DrawingView pad, long time, int action, float x, float y) {
    MotionEvent event =
        MotionEvent.obtain(time, time, action, x * pad.getWidth(), y * pad.getHeight(), 0);
    pad.dispatchTouchEvent(event);
    event.recycle();
  }
}
