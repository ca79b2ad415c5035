package org.modelpress.app;

import android.content.Context;
import android.content.SharedPreferences;
import org.modelpress.core.ClassifierOptions;

/** What the user chose, kept when the app ends: the variant, threads and kernels. */
final class Settings {
  /** Threads that the app offers: 1 to this many. */
  static final int MAX_THREADS = 4;

  private static final String FILE = "settings";
  private static final String VARIANT = "variant";
  private static final String THREADS = "threads";
  private static final String XNNPACK = "xnnpack";
  private static final String NNAPI = "nnapi";
  private static final String HALF_PRECISION = "half_precision";
  private static final String GPU_FRAMES = "gpu_frames";

  private final SharedPreferences preferences;

  Settings(Context context) {
    preferences = context.getSharedPreferences(FILE, Context.MODE_PRIVATE);
  }

  /** Name of the chosen variant; empty before the first choice. */
  String variant() {
    return preferences.getString(VARIANT, "");
  }

  void setVariant(String name) {
    preferences.edit().putString(VARIANT, name).apply();
  }

  /** Whether the GPU prepares the camera's frames where it can. No phone has measured it. */
  boolean gpuFrames() {
    return preferences.getBoolean(GPU_FRAMES, false);
  }

  void setGpuFrames(boolean wanted) {
    preferences.edit().putBoolean(GPU_FRAMES, wanted).apply();
  }

  ClassifierOptions options() {
    ClassifierOptions initial = ClassifierOptions.DEFAULT;
    return new ClassifierOptions(
        preferences.getInt(THREADS, initial.threads()),
        preferences.getBoolean(XNNPACK, initial.xnnpack()),
        preferences.getBoolean(NNAPI, initial.nnapi()),
        preferences.getBoolean(HALF_PRECISION, initial.halfPrecision()));
  }

  void setOptions(ClassifierOptions options) {
    preferences
        .edit()
        .putInt(THREADS, options.threads())
        .putBoolean(XNNPACK, options.xnnpack())
        .putBoolean(NNAPI, options.nnapi())
        .putBoolean(HALF_PRECISION, options.halfPrecision())
        .apply();
  }
}
