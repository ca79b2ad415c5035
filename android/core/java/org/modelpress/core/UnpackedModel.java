package org.modelpress.core;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A model that is packed in the app and unpacked once to a file, so that it can be mapped.
 *
 * <p>The file gets its name, the model's SHA-256, only when it is whole: what a full disk or a
 * killed process leaves behind is written anew.
 */
public final class UnpackedModel {
  private static final String SUFFIX = ".tflite";
  private static final String PARTIAL = ".partial";
  private static final long ABANDONED_MILLIS = 10 * 60_000;
  private static final int BUFFER_BYTES = 1 << 16;

  /** Opens the packed model; the stream gives the model's bytes. */
  public interface Source {
    InputStream open() throws IOException;
  }

  private UnpackedModel() {}

  /**
   * Maps the model, after unpacking it if it is not there already. One thread at a time.
   *
   * @param source gives the packed model
   * @param folder where unpacked models lie; made if absent
   * @param manifest says the model's SHA-256 and size
   * @throws IOException if there is no room for it, or it is not the manifest's model
   */
  public static synchronized ByteBuffer map(Source source, File folder, ModelManifest manifest)
      throws IOException {
    File file = new File(folder, manifest.modelSha256() + SUFFIX);
    if (file.length() != manifest.modelBytes()) {
      if (!folder.isDirectory() && !folder.mkdirs()) {
        throw new IOException(folder + " cannot be made");
      }
      unpack(source, file, manifest);
    }
    try (FileInputStream stream = new FileInputStream(file);
        FileChannel channel = stream.getChannel()) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  /**
   * Deletes all but the unpacked models of {@code kept}: older ones and what was broken off.
   *
   * <p>What was written to within the last ten minutes may be a model that another process unpacks.
   */
  public static synchronized void deleteOthers(File folder, Iterable<ModelManifest> kept) {
    File[] files = folder.listFiles();
    if (files == null) {
      return;
    }
    for (File file : files) {
      long age = System.currentTimeMillis() - file.lastModified();
      boolean needed = file.getName().endsWith(PARTIAL) && age < ABANDONED_MILLIS;
      for (ModelManifest manifest : kept) {
        needed |= file.getName().equals(manifest.modelSha256() + SUFFIX);
      }
      if (!needed) {
        // What cannot be deleted now is tried again at the next start.
        file.delete();
      }
    }
  }

  private static void unpack(Source source, File file, ModelManifest manifest) throws IOException {
    // A name of its own: the benchmark's process may unpack the same model.
    File partial = File.createTempFile("model", PARTIAL, file.getParentFile());
    try {
      String found = copy(source, partial);
      if (!found.equals(manifest.modelSha256())) {
        throw new IOException(
            "the packed model has SHA-256 " + found + ", expected " + manifest.modelSha256());
      }
      if (!partial.renameTo(file)) {
        throw new IOException(file + " cannot be written");
      }
    } finally {
      // Gone already if all went well; otherwise it would keep a full disk full.
      partial.delete();
    }
  }

  /** Copies the model to a file; returns its SHA-256. */
  private static String copy(Source source, File file) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = source.open();
        FileOutputStream out = new FileOutputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        out.write(buffer, 0, count);
      }
      // On the disk before it gets its name: a battery may die in between.
      out.getFD().sync();
      return String.format("%064x", new BigInteger(1, digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
