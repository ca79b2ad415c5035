package org.modelpress.app;

import android.os.Parcel;
import android.os.Parcelable;
import android.view.View;
import java.util.ArrayList;
import java.util.List;

/** The strokes of a {@link DrawingView} while its screen is made anew. */
final class SavedStrokes extends View.BaseSavedState {
  public static final Parcelable.Creator<SavedStrokes> CREATOR =
      new Parcelable.Creator<SavedStrokes>() {
        @Override
        public SavedStrokes createFromParcel(Parcel parcel) {
          return new SavedStrokes(parcel);
        }

        @Override
        public SavedStrokes[] newArray(int size) {
          return new SavedStrokes[size];
        }
      };

  private final List<Stroke> strokes = new ArrayList<>();

  SavedStrokes(Parcelable superState, List<Stroke> strokes) {
    super(superState);
    this.strokes.addAll(strokes);
  }

  private SavedStrokes(Parcel parcel) {
    super(parcel);
    int count = parcel.readInt();
    for (int i = 0; i < count; i++) {
      Stroke stroke = new Stroke(parcel.readInt());
      float[] points = parcel.createFloatArray();
      for (int j = 0; j < points.length; j += 2) {
        stroke.add(points[j], points[j + 1]);
      }
      strokes.add(stroke);
    }
  }

  List<Stroke> strokes() {
    return strokes;
  }

  @Override
  public void writeToParcel(Parcel parcel, int flags) {
    super.writeToParcel(parcel, flags);
    parcel.writeInt(strokes.size());
    for (Stroke stroke : strokes) {
      parcel.writeInt(stroke.color());
      parcel.writeFloatArray(stroke.points());
    }
  }
}
