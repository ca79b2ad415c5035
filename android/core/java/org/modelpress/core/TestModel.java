package org.modelpress.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;
import java.util.Random;
import org.json.JSONObject;

/** The model that the test's BUILD target names, and pictures for it. */
final class TestModel {
  static final String STEM = System.getProperty("model");
  static final ClassifierOptions ONE_THREAD = new ClassifierOptions(1, true, false, false);

  private TestModel() {}

  static ByteBuffer model() {
    return model(STEM);
  }

  /** The model of a path without its suffix. */
  static ByteBuffer model(String stem) {
    try (FileChannel channel = FileChannel.open(Paths.get(stem + ".tflite"))) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JSONObject json(String stem) throws IOException {
    byte[] bytes = Files.readAllBytes(Paths.get(stem + ".manifest.json"));
    return new JSONObject(new String(bytes, StandardCharsets.UTF_8));
  }

  static ModelManifest manifest() throws IOException {
    return ModelManifest.parse(json(STEM).toString());
  }

  static List<String> labels() throws IOException {
    return Files.readAllLines(Paths.get(System.getProperty("labels")));
  }

  static Classifier open(ClassifierOptions options) throws IOException {
    return open(STEM, options);
  }

  static Classifier open(String stem, ClassifierOptions options) throws IOException {
    ModelManifest manifest = ModelManifest.parse(json(stem).toString());
    return new Classifier(model(stem), manifest, labels(), options);
  }

  static RgbImage noise(int width, int height, int seed) {
    byte[] pixels = new byte[width * height * RgbImage.CHANNELS];
    new Random(seed).nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }
}
