package org.modelpress.app;

import org.json.JSONException;
import org.json.JSONObject;
import org.modelpress.core.ModelManifest;

/** What the benchmark found of one variant: its record of metrics.json, or why there is none. */
final class BenchmarkRow {
  /** Accuracy where the app has no labelled sample. */
  static final double UNKNOWN = -1;

  private static final String VARIANT = "variant";
  private static final String SHORT_NAME = "short_name";
  private static final String RECORD = "record";
  private static final String ACCURACY = "accuracy";
  private static final String IMAGES = "images";
  private static final String PROBLEM = "problem";

  final String variant;

  /** The variant's name without that of its model. */
  final String shortName;

  /** The record, null where the variant could not be measured. */
  final JSONObject record;

  /** Part of the sample that was named rightly, 0 to 1, or {@link #UNKNOWN}. */
  final double accuracy;

  /** Size of the sample. */
  final int images;

  /** Why it could not be measured; empty otherwise. */
  final String problem;

  private BenchmarkRow(
      String variant,
      String shortName,
      JSONObject record,
      double accuracy,
      int images,
      String problem) {
    this.variant = variant;
    this.shortName = shortName;
    this.record = record;
    this.accuracy = accuracy;
    this.images = images;
    this.problem = problem;
  }

  static BenchmarkRow measured(
      ModelManifest manifest, JSONObject record, double accuracy, int images) {
    return new BenchmarkRow(manifest.name(), manifest.variant(), record, accuracy, images, "");
  }

  static BenchmarkRow failed(String variant, String problem) {
    return new BenchmarkRow(variant, variant, null, UNKNOWN, 0, problem);
  }

  static BenchmarkRow fromJson(JSONObject json) throws JSONException {
    return new BenchmarkRow(
        json.getString(VARIANT),
        json.getString(SHORT_NAME),
        json.optJSONObject(RECORD),
        json.getDouble(ACCURACY),
        json.getInt(IMAGES),
        json.getString(PROBLEM));
  }

  JSONObject toJson() throws JSONException {
    return new JSONObject()
        .put(VARIANT, variant)
        .put(SHORT_NAME, shortName)
        .put(RECORD, record)
        .put(ACCURACY, accuracy)
        .put(IMAGES, images)
        .put(PROBLEM, problem);
  }

  long bytes() {
    return record.optLong("bytes");
  }

  /** The largest resident memory of the process that ran it, bytes. */
  long peakMemory() {
    return record.optLong("peak_memory_bytes");
  }

  double medianMillis() {
    return record.optJSONObject("latency").optDouble("median_ms");
  }
}
