package org.modelpress.app;

import android.content.Context;
import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.LabelledImages;
import org.modelpress.core.ModelIndex;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Npy;
import org.modelpress.core.UnpackedModel;

/**
 * The variants that the build put into the APK, under {@code assets/models/}, and the labelled
 * sample under {@code assets/sample/}.
 */
final class AppModels {
  private static final String ROOT = "models/";
  private static final String INDEX = ROOT + "index.json";
  private static final String SAMPLE = "sample/";
  private static final int BUFFER_BYTES = 1 << 14;

  private static final String PACKED = ".packed";
  private static final String UNPACKED = "models";

  private final AssetManager assets;
  private final File unpacked;
  private final ModelIndex index;

  /**
   * Reads the list of variants.
   *
   * @throws IOException if the APK carries none
   */
  AppModels(Context context) throws IOException {
    assets = context.getAssets();
    unpacked = new File(context.getNoBackupFilesDir(), UNPACKED);
    index = ModelIndex.parse(text(INDEX));
  }

  /** The variants' names, in the order of the build. */
  List<String> names() {
    return index.names();
  }

  /** The name {@code wanted} if the APK has it, otherwise that of the default variant. */
  String nameOrDefault(String wanted) {
    return names().contains(wanted) ? wanted : index.defaultName();
  }

  ModelManifest manifest(String name) throws IOException {
    return ModelManifest.parse(text(ROOT + index.entry(name).manifest()));
  }

  List<String> labels(String name) throws IOException {
    return Arrays.asList(text(ROOT + index.entry(name).labels()).split("\n"));
  }

  /**
   * Maps a model: its pages are read when used and need no heap. A model that the build packed is
   * unpacked to a file at its first use.
   */
  ByteBuffer model(String name) throws IOException {
    String path = ROOT + index.entry(name).model();
    return path.endsWith(PACKED)
        ? UnpackedModel.map(() -> assets.open(path), unpacked, manifest(name))
        : mapStored(path);
  }

  /** Opens a variant; see {@link Classifier#Classifier} for what it throws. */
  Classifier open(String name, ClassifierOptions options) throws IOException {
    return new Classifier(model(name), manifest(name), labels(name), options);
  }

  /** Deletes unpacked models of older versions of the app. */
  void deleteUnused() throws IOException {
    List<ModelManifest> manifests = new ArrayList<>();
    for (String name : names()) {
      manifests.add(manifest(name));
    }
    UnpackedModel.deleteOthers(unpacked, manifests);
  }

  private ByteBuffer mapStored(String path) throws IOException {
    try (AssetFileDescriptor descriptor = assets.openFd(path);
        FileInputStream stream = descriptor.createInputStream();
        FileChannel channel = stream.getChannel()) {
      return channel.map(
          FileChannel.MapMode.READ_ONLY,
          descriptor.getStartOffset(),
          descriptor.getDeclaredLength());
    }
  }

  /** The labelled sample, or null where the app has none. */
  LabelledImages sample() throws IOException {
    try {
      return new LabelledImages(array("images.npy"), array("classes.npy"));
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private Npy array(String name) throws IOException {
    return Npy.parse(bytes(SAMPLE + name), name);
  }

  private String text(String path) throws IOException {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  private byte[] bytes(String path) throws IOException {
    return readAll(assets.open(path));
  }

  /** Reads what is left of a stream, and closes it. */
  static byte[] readAll(InputStream stream) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream open = stream) {
      for (int count = open.read(buffer); count >= 0; count = open.read(buffer)) {
        bytes.write(buffer, 0, count);
      }
    }
    return bytes.toByteArray();
  }
}
