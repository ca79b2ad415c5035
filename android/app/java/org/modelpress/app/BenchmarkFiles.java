package org.modelpress.app;

import android.app.ActivityManager;
import android.content.Context;
import android.os.Build;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.modelpress.core.DeviceDescription;

/** Where the benchmark's outcome is kept: the rows for the screen, metrics.json for the report. */
final class BenchmarkFiles {
  /** Schema of metrics.json (python/model_press/formats/metrics.py). */
  private static final int SCHEMA_VERSION = 1;

  private static final String ROWS = "benchmark.json";
  private static final String METRICS = "metrics.json";

  private final Context context;

  BenchmarkFiles(Context context) {
    this.context = context;
  }

  /** metrics.json among the app's own files. */
  File metrics() {
    return new File(context.getFilesDir(), METRICS);
  }

  /** A copy of metrics.json where adb can read it; null where there is no such storage. */
  File publicMetrics() {
    File folder = context.getExternalFilesDir(null);
    return folder == null ? null : new File(folder, METRICS);
  }

  /** Rows of the last benchmark; none before the first. */
  List<BenchmarkRow> read() {
    List<BenchmarkRow> rows = new ArrayList<>();
    try {
      byte[] bytes = AppModels.readAll(context.openFileInput(ROWS));
      JSONArray json = new JSONArray(new String(bytes, StandardCharsets.UTF_8));
      for (int i = 0; i < json.length(); i++) {
        rows.add(BenchmarkRow.fromJson(json.getJSONObject(i)));
      }
    } catch (FileNotFoundException e) {
      return rows;
    } catch (IOException | JSONException e) {
      // Written by another version of the app, or broken: measure anew.
      rows.clear();
    }
    return rows;
  }

  /** Writes the rows and both copies of metrics.json. */
  void write(List<BenchmarkRow> rows) throws IOException {
    JSONArray all = new JSONArray();
    JSONArray records = new JSONArray();
    String metrics;
    try {
      for (BenchmarkRow row : rows) {
        all.put(row.toJson());
        if (row.record != null) {
          records.put(row.record);
        }
      }
      metrics =
          new JSONObject()
              .put("schema_version", SCHEMA_VERSION)
              .put("machine", machine())
              .put("records", records)
              .toString(1);
    } catch (JSONException e) {
      throw new IOException(e);
    }
    write(new File(context.getFilesDir(), ROWS), all.toString());
    write(metrics(), metrics);
    if (publicMetrics() != null) {
      write(publicMetrics(), metrics);
    }
  }

  private JSONObject machine() {
    ActivityManager.MemoryInfo memory = new ActivityManager.MemoryInfo();
    context.getSystemService(ActivityManager.class).getMemoryInfo(memory);
    String model = Build.MANUFACTURER + " " + Build.MODEL;
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
      model += ", " + Build.SOC_MANUFACTURER + " " + Build.SOC_MODEL;
    }
    String os = String.format("Android %s, API %d", Build.VERSION.RELEASE, Build.VERSION.SDK_INT);
    return DeviceDescription.describe(model, System.getProperty("os.arch"), memory.totalMem, os);
  }

  private static void write(File file, String text) throws IOException {
    File partial = new File(file.getPath() + ".partial");
    try (OutputStream stream = new FileOutputStream(partial)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
    if (!partial.renameTo(file)) {
      throw new IOException(file + " cannot be replaced");
    }
  }
}
