package org.modelpress.app;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.modelpress.core.ModelManifest;

/** The model that the build put into the APK: {@code assets/models/NAME/}. */
final class ModelAssets {
  private static final String ROOT = "models";
  private static final String MODEL = "model.tflite";
  private static final String MANIFEST = "manifest.json";
  private static final String LABELS = "labels.txt";

  private final AssetManager assets;
  private final String folder;

  /**
   * Finds the model.
   *
   * @throws FileNotFoundException if the APK carries none
   */
  ModelAssets(AssetManager assets) throws IOException {
    this.assets = assets;
    String[] names = assets.list(ROOT);
    if (names == null || names.length == 0) {
      throw new FileNotFoundException("no model in assets/" + ROOT);
    }
    // Robolectric lists the files below where a device lists folders.
    folder = ROOT + "/" + names[0].split("/")[0] + "/";
  }

  ModelManifest manifest() throws IOException {
    return ModelManifest.parse(String.join("\n", lines(MANIFEST)));
  }

  List<String> labels() throws IOException {
    return lines(LABELS);
  }

  /** Maps the model: its pages are read when used and need no heap. */
  ByteBuffer model() throws IOException {
    try (AssetFileDescriptor descriptor = assets.openFd(folder + MODEL);
        FileInputStream stream = descriptor.createInputStream();
        FileChannel channel = stream.getChannel()) {
      return channel.map(
          FileChannel.MapMode.READ_ONLY,
          descriptor.getStartOffset(),
          descriptor.getDeclaredLength());
    }
  }

  private List<String> lines(String file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(assets.open(folder + file), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }
}
