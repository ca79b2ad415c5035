package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.After;
import org.junit.Test;

/**
 * Damaged files, the same that Python's loaders are tried on: each is read, or refused in one line,
 * within ten seconds and this process' heap.
 */
public final class FuzzTest {
  private static final Path FILES = Paths.get(System.getProperty("fuzz"));
  private static final int COUNT = Integer.getInteger("count");
  private static final int LONGEST_MESSAGE = 1100;
  private static final int SECONDS = 10;

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work);
            // A hang must not keep the process.
            thread.setDaemon(true);
            return thread;
          });

  private interface Loader {
    void load(byte[] file);
  }

  @After
  public void stop() {
    executor.shutdownNow();
  }

  @Test
  public void manifests() throws Exception {
    attack("manifest", file -> ModelManifest.parse(text(file)));
  }

  @Test
  public void manifestsWithCameraInput() throws Exception {
    attack("camera_manifest", file -> ModelManifest.parse(text(file)));
  }

  @Test
  public void images() throws Exception {
    Npy classes = new Npy(ElementType.UINT8, new int[] {4}, new byte[4]);
    attack(
        "npy",
        file -> {
          LabelledImages images = new LabelledImages(Npy.parse(file, "images.npy"), classes);
          for (int i = 0; i < images.count(); i++) {
            images.image(i);
          }
        });
  }

  private void attack(String name, Loader loader) throws Exception {
    ByteBuffer files = read(name);
    loader.load(next(files));
    int number = 0;
    int refused = 0;
    for (; files.hasRemaining(); number++) {
      byte[] file = next(files);
      Future<?> done = executor.submit(() -> loader.load(file));
      try {
        done.get(SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        requireRefusal(name + " " + number, e.getCause());
        refused++;
      } catch (TimeoutException e) {
        throw new AssertionError(name + " " + number + " takes over 10 s", e);
      }
    }
    assertEquals(COUNT, number);
    assertTrue("only " + refused + " of " + number + " refused", refused >= number / 10);
  }

  private static void requireRefusal(String file, Throwable said) {
    String message = said.getMessage();
    boolean clear =
        said instanceof IllegalArgumentException
            && !(said instanceof NumberFormatException)
            && message.length() <= LONGEST_MESSAGE
            && message.indexOf('\n') < 0;
    if (!clear) {
      throw new AssertionError(file + ": " + said, said);
    }
  }

  private static ByteBuffer read(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(FILES.resolve(name + ".bin"));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] next(ByteBuffer files) {
    byte[] file = new byte[files.getInt()];
    files.get(file);
    return file;
  }

  private static String text(byte[] file) {
    return new String(file, StandardCharsets.UTF_8);
  }
}
