package org.modelpress.app;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Paint;
import android.os.Parcelable;
import android.util.AttributeSet;
import android.view.MotionEvent;
import android.view.View;
import java.util.ArrayList;

/** A square white pad to draw on with a finger; it keeps its strokes when the screen turns. */
public final class DrawingView extends View {
  private static final float WIDTH_OF_SIDE = 0.065f;

  private final Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
  private final ArrayList<Stroke> strokes = new ArrayList<>();
  private int ink = Color.RED;

  public DrawingView(Context context, AttributeSet attributes) {
    super(context, attributes);
    paint.setStyle(Paint.Style.STROKE);
    paint.setStrokeCap(Paint.Cap.ROUND);
    paint.setStrokeJoin(Paint.Join.ROUND);
    setFocusable(true);
  }

  /** The colour of the strokes to come, 0xAARRGGBB. */
  void setInk(int color) {
    ink = color;
  }

  boolean isEmpty() {
    return strokes.isEmpty();
  }

  /** Takes the last stroke back, if there is one. */
  void undo() {
    if (!strokes.isEmpty()) {
      strokes.remove(strokes.size() - 1);
      invalidate();
    }
  }

  void clear() {
    strokes.clear();
    invalidate();
  }

  /** The drawing as {@code side} x {@code side} pixels, opaque. */
  Bitmap toBitmap(int side) {
    Bitmap bitmap = Bitmap.createBitmap(side, side, Bitmap.Config.ARGB_8888);
    paintOn(new Canvas(bitmap), side);
    return bitmap;
  }

  @Override
  protected void onMeasure(int widthSpec, int heightSpec) {
    int width = MeasureSpec.getSize(widthSpec);
    // Room for the buttons below it, also in landscape.
    int tallest = getResources().getDisplayMetrics().heightPixels * 3 / 5;
    int side = Math.min(width, tallest);
    setMeasuredDimension(side, side);
  }

  @Override
  protected void onDraw(Canvas canvas) {
    super.onDraw(canvas);
    paintOn(canvas, getWidth());
  }

  private void paintOn(Canvas canvas, int side) {
    canvas.drawColor(Color.WHITE);
    paint.setStrokeWidth(side * WIDTH_OF_SIDE);
    for (Stroke stroke : strokes) {
      paint.setColor(stroke.color());
      canvas.drawPath(stroke.path(side), paint);
    }
  }

  @Override
  public boolean onTouchEvent(MotionEvent event) {
    switch (event.getActionMasked()) {
      case MotionEvent.ACTION_DOWN:
        // The page below must not scroll away under the finger.
        getParent().requestDisallowInterceptTouchEvent(true);
        strokes.add(new Stroke(ink));
        break;
      case MotionEvent.ACTION_UP:
        performClick();
        break;
      case MotionEvent.ACTION_MOVE:
        break;
      default:
        return super.onTouchEvent(event);
    }
    if (strokes.isEmpty()) {
      return true;
    }
    Stroke stroke = strokes.get(strokes.size() - 1);
    for (int i = 0; i < event.getHistorySize(); i++) {
      stroke.add(event.getHistoricalX(i) / getWidth(), event.getHistoricalY(i) / getHeight());
    }
    stroke.add(event.getX() / getWidth(), event.getY() / getHeight());
    invalidate();
    return true;
  }

  @Override
  protected Parcelable onSaveInstanceState() {
    return new SavedStrokes(super.onSaveInstanceState(), strokes);
  }

  @Override
  protected void onRestoreInstanceState(Parcelable state) {
    SavedStrokes saved = (SavedStrokes) state;
    super.onRestoreInstanceState(saved.getSuperState());
    strokes.clear();
    strokes.addAll(saved.strokes());
    invalidate();
  }
}
