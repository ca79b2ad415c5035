package org.modelpress.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

/** The model that the test's BUILD target names. */
final class TestModel {
  private static final Path STEM = Paths.get(System.getProperty("model"));
  private static final Path LABELS = Paths.get(System.getProperty("labels"));

  private TestModel() {}

  static ByteBuffer model() throws IOException {
    try (FileChannel channel = FileChannel.open(Paths.get(STEM + ".tflite"))) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  static String manifestJson() throws IOException {
    byte[] bytes = Files.readAllBytes(Paths.get(STEM + ".manifest.json"));
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static ModelManifest manifest() throws IOException {
    return ModelManifest.parse(manifestJson());
  }

  static List<String> labels() throws IOException {
    return Files.readAllLines(LABELS);
  }
}
