package org.modelpress.app;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.os.Bundle;
import android.widget.RadioGroup;
import android.widget.TextView;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A pad to draw on; its result has the path of a PNG among the app's own files. */
public final class DrawActivity extends Activity {
  /** String extra of the result: path of the drawing. */
  static final String DRAWING = "drawing";

  private static final String PREFIX = "drawing";
  private static final String SUFFIX = ".png";
  private static final int SIDE = 480;
  private static final int BEST = 100;

  private DrawingView pad;

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.draw);
    pad = findViewById(R.id.pad);
    RadioGroup inks = findViewById(R.id.inks);
    inks.setOnCheckedChangeListener((group, id) -> takeInk(id));
    takeInk(inks.getCheckedRadioButtonId());
    findViewById(R.id.undo).setOnClickListener(button -> pad.undo());
    findViewById(R.id.clear).setOnClickListener(button -> pad.clear());
    findViewById(R.id.done).setOnClickListener(button -> finishDrawing());
  }

  @Override
  protected void onRestoreInstanceState(Bundle state) {
    super.onRestoreInstanceState(state);
    RadioGroup inks = findViewById(R.id.inks);
    takeInk(inks.getCheckedRadioButtonId());
  }

  private void takeInk(int id) {
    pad.setInk(getColor(id == R.id.blue ? R.color.blue_ink : R.color.red_ink));
  }

  private void finishDrawing() {
    if (pad.isEmpty()) {
      say(getString(R.string.draw_first));
      return;
    }
    try {
      String path = save(pad.toBitmap(SIDE)).getPath();
      // As an extra: the system refuses file URIs in intents.
      setResult(RESULT_OK, new Intent().putExtra(DRAWING, path));
      finish();
    } catch (IOException e) {
      say(getString(R.string.draw_failed, e.getMessage()));
    }
  }

  /**
   * Writes the drawing under a new name, since pictures are known by their URI; drops older ones.
   */
  private File save(Bitmap bitmap) throws IOException {
    File[] older = getFilesDir().listFiles((folder, name) -> name.startsWith(PREFIX));
    File file = File.createTempFile(PREFIX, SUFFIX, getFilesDir());
    try (OutputStream stream = new FileOutputStream(file)) {
      bitmap.compress(Bitmap.CompressFormat.PNG, BEST, stream);
    }
    if (older != null) {
      for (File drawing : older) {
        // What cannot be deleted now is tried again with the next drawing.
        drawing.delete();
      }
    }
    return file;
  }

  private void say(String text) {
    ((TextView) findViewById(R.id.draw_status)).setText(text);
  }
}
