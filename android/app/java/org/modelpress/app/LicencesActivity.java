package org.modelpress.app;

import android.app.Activity;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.ViewGroup;
import android.widget.TextView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The licences of what the app carries, as the build wrote them into the asset NOTICE.txt. */
public final class LicencesActivity extends Activity {
  private static final String NOTICE = "NOTICE.txt";

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    setContentView(R.layout.licences);
    try {
      for (String paragraph : paragraphs()) {
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

  private List<String> paragraphs() throws IOException {
    List<String> paragraphs = new ArrayList<>();
    StringBuilder paragraph = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(getAssets().open(NOTICE), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.trim().isEmpty()) {
          paragraph.append(paragraph.length() == 0 ? "" : "\n").append(line);
        } else if (paragraph.length() > 0) {
          paragraphs.add(paragraph.toString());
          paragraph.setLength(0);
        }
      }
    }
    if (paragraph.length() > 0) {
      paragraphs.add(paragraph.toString());
    }
    return paragraphs;
  }
}
