package org.modelpress.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Npy;

/**
 * Runs the Android app's own classifier on this machine, on the Android runtime's own library.
 *
 * <p>{@code predict --model M.tflite --manifest M.manifest.json --images X.npy --out Y.npy}: X is
 * uint8 [N,H,W,3]; Y is the raw output [N,classes] in the model's own element type.
 */
public final class Predict {
  private static final ClassifierOptions ONE_THREAD = new ClassifierOptions(1, true, false, false);
  private static final List<String> FLAGS =
      Arrays.asList("--model", "--manifest", "--images", "--out");

  private Predict() {}

  public static void main(String[] args) throws IOException {
    QuietRuntime.start();
    try {
      Map<String, Path> flags = parse(args);
      run(flags.get("--model"), flags.get("--manifest"), flags.get("--images"), flags.get("--out"));
    } catch (NoSuchFileException e) {
      fail(e.getFile() + ": no such file");
    } catch (IllegalArgumentException e) {
      fail(e.getMessage());
    }
  }

  private static void run(Path model, Path manifestPath, Path imagesPath, Path out)
      throws IOException {
    String json = new String(Files.readAllBytes(manifestPath), StandardCharsets.UTF_8);
    ModelManifest manifest = ModelManifest.parse(json);
    // Raw outputs need no names, only as many as there are classes.
    List<String> labels = Collections.nCopies(manifest.labelCount(), "");
    Npy images = NpyFiles.read(imagesPath);
    if (!images.hasImages()) {
      throw new IllegalArgumentException(
          String.format(
              "%s: %s %s; expected uint8 [N, H, W, 3]",
              imagesPath, images.type.manifestName(), Arrays.toString(images.shape)));
    }
    int count = images.shape[0];
    byte[] outputs = new byte[count * manifest.output().byteCount()];
    // An interpreter for each processor, with one thread: threads of one interpreter wait busily.
    int workers = Math.min(count, Runtime.getRuntime().availableProcessors());
    List<Callable<Void>> parts = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      int first = i;
      parts.add(
          () -> {
            try (Classifier classifier =
                new Classifier(MappedFile.read(model), manifest, labels, ONE_THREAD)) {
              for (int image = first; image < count; image += workers) {
                byte[] output = classifier.rawOutput(images.image(image));
                System.arraycopy(output, 0, outputs, image * output.length, output.length);
              }
            }
            return null;
          });
    }
    runAll(parts);
    int[] shape = {count, manifest.labelCount()};
    NpyFiles.write(out, new Npy(manifest.output().type(), shape, outputs));
  }

  private static void runAll(List<Callable<Void>> parts) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, parts.size()));
    try {
      for (Future<Void> part : executor.invokeAll(parts)) {
        part.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException) {
        throw (RuntimeException) e.getCause();
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Map<String, Path> parse(String[] args) {
    Map<String, Path> flags = new HashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      flags.put(args[i], Paths.get(args[i + 1]));
    }
    if (args.length != 2 * FLAGS.size() || !flags.keySet().containsAll(FLAGS)) {
      throw new IllegalArgumentException(
          "got \""
              + String.join(" ", args)
              + "\"; expected "
              + String.join(" FILE ", FLAGS)
              + " FILE");
    }
    return flags;
  }

  private static void fail(String line) {
    System.err.println("predict: " + line);
    System.exit(1);
  }
}
