package org.modelpress.app;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.modelpress.core.ClassifierOptions;

/**
 * The benchmark of all variants, one for the process: it goes on while its screen is made anew. All
 * methods are for the main thread; the measuring is done elsewhere.
 */
final class BenchmarkRun {
  private static BenchmarkRun current;

  private final Context context;
  private final BenchmarkFiles files;
  private final Handler screen = new Handler(Looper.getMainLooper());
  private final List<BenchmarkRow> rows = new ArrayList<>();
  private Runnable listener = () -> {};
  private List<String> names = Collections.emptyList();
  private boolean running;
  private String problem = "";

  private BenchmarkRun(Context context) {
    this.context = context;
    files = new BenchmarkFiles(context);
    rows.addAll(files.read());
  }

  /** The benchmark of this process, with the rows of the last one before it. */
  static BenchmarkRun of(Context context) {
    if (current == null) {
      current = new BenchmarkRun(context.getApplicationContext());
    }
    return current;
  }

  /** Forgets the process's benchmark, as the end of the process does. */
  static void forget() {
    current = null;
  }

  /** {@code changed} is called on the main thread whenever there is something new to show. */
  void setListener(Runnable changed) {
    listener = changed;
  }

  List<BenchmarkRow> rows() {
    return rows;
  }

  boolean isRunning() {
    return running;
  }

  /** How many variants are to be measured. */
  int total() {
    return names.size();
  }

  /** Name of the variant that is being measured. */
  String measuring() {
    return names.get(Math.min(rows.size(), names.size() - 1));
  }

  /** Why the benchmark could not run or be kept; empty otherwise. */
  String problem() {
    return problem;
  }

  /** Measures every variant, if that is not being done already. */
  void start(ClassifierOptions options) {
    if (running) {
      return;
    }
    problem = "";
    try {
      names = new AppModels(context).names();
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
      listener.run();
      return;
    }
    running = true;
    rows.clear();
    listener.run();
    new Thread(() -> measureAll(options), "benchmark").start();
  }

  private void measureAll(ClassifierOptions options) {
    MeasureClient client = new MeasureClient(context);
    List<BenchmarkRow> measured = new ArrayList<>();
    String failure = "";
    try {
      for (String name : names) {
        BenchmarkRow row = client.measure(name, options);
        measured.add(row);
        screen.post(
            () -> {
              rows.add(row);
              listener.run();
            });
      }
      files.write(measured);
    } catch (IOException | RuntimeException e) {
      failure = String.valueOf(e.getMessage());
    }
    String reason = failure;
    screen.post(
        () -> {
          running = false;
          problem = reason;
          listener.run();
        });
  }
}
