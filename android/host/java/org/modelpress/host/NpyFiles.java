package org.modelpress.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.modelpress.core.Npy;

/** NumPy array files on this machine's disk. */
public final class NpyFiles {
  private NpyFiles() {}

  /**
   * Reads {@code path}; throws {@link IllegalArgumentException} naming it if it is no such file.
   */
  public static Npy read(Path path) throws IOException {
    return Npy.parse(Files.readAllBytes(path), path.toString());
  }

  /** Writes {@code path} whole or not at all. */
  public static void write(Path path, Npy array) throws IOException {
    Path partial = path.resolveSibling(path.getFileName() + ".partial");
    Files.write(partial, array.toBytes());
    Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
  }
}
