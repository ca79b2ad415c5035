package org.modelpress.app;

import android.app.Activity;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The licences of what the app carries, as the build wrote them into the asset NOTICE.txt. */
public final class LicencesActivity extends Activity {
  private static final String NOTICE = "NOTICE.txt";

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.licences);
    try {
      byte[] notice = AppModels.readAll(getAssets().open(NOTICE));
      String text = new String(notice, StandardCharsets.UTF_8).trim();
      for (String paragraph : text.split("\\n(\\s*\\n)+")) {
        add(paragraph);
      }
    } catch (IOException e) {
      add(getString(R.string.licences_error, e.getMessage()));
    }
  }

  /** A view for each paragraph: a screen reader and a slow phone take small pieces better. */
  private void add(String text) {
    ViewGroup page = findViewById(R.id.notice);
    TextView view = (TextView) LayoutInflater.from(this).inflate(R.layout.paragraph, page, false);
    view.setText(text);
    page.addView(view);
  }
}
