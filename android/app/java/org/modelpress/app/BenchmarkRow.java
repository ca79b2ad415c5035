package org.modelpress.app;

import org.json.JSONException;
import org.json.JSONObject;

/** What the benchmark found of one variant: its record of metrics.json, or why there is none. */
final class BenchmarkRow {
  /** Accuracy where the app has no labelled sample. */
  static final double UNKNOWN = -1;

  private static final String VARIANT = "variant";
  private static final String RECORD = "record";
  private static final String ACCURACY = "accuracy";
  private static final String IMAGES = "images";
  private static final String PROBLEM = "problem";

  final String variant;

  /** The record, null where the variant could not be measured. */
  final JSONObject record;

  /** Part of the sample that was named rightly, 0 to 1, or {@link #UNKNOWN}. */
  final double accuracy;

  /** Size of the sample. */
  final int images;

  /** Why it could not be measured; empty otherwise. */
  final String problem;

  private BenchmarkRow(
      String variant, JSONObject record, double accuracy, int images, String problem) {
    this.variant = variant;
    this.record = record;
    this.accuracy = accuracy;
    this.images = images;
    this.problem = problem;
  }

  static BenchmarkRow measured(String variant, JSONObject record, double accuracy, int images) {
    return new BenchmarkRow(variant, record, accuracy, images, "");
  }

  static BenchmarkRow failed(String variant, String problem) {
    return new BenchmarkRow(variant, null, UNKNOWN, 0, problem);
  }

  static BenchmarkRow fromJson(JSONObject json) throws JSONException {
    return new BenchmarkRow(
        json.getString(VARIANT),
        json.optJSONObject(RECORD),
        json.getDouble(ACCURACY),
        json.getInt(IMAGES),
        json.getString(PROBLEM));
  }

  JSONObject toJson() throws JSONException {
    return new JSONObject()
        .put(VARIANT, variant)
        .put(RECORD, record)
        .put(ACCURACY, accuracy)
        .put(IMAGES, images)
        .put(PROBLEM, problem);
  }

  /** Recipe of the variant, such as int8; the variant's name where it was not measured. */
  String recipe() {
    return record == null ? variant : record.optString("recipe");
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
