package org.modelpress.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.json.JSONArray;
import org.json.JSONObject;
import org.modelpress.core.ClassifierOptions;
import org.modelpress.core.DeviceDescription;
import org.modelpress.core.Measurement;
import org.modelpress.core.ModelManifest;

/**
 * Measures a variant as the app's benchmark does and writes metrics.json, for the schema's test.
 * What it says of speed is this machine's, not a phone's.
 *
 * <p>{@code measure M.tflite M.manifest.json LABELS.txt metrics.json}
 */
public final class Measure {
  private static final int ARGUMENTS = 4;
  private static final ClassifierOptions ONE_THREAD = new ClassifierOptions(1, true, false, false);

  private Measure() {}

  public static void main(String[] args) throws IOException {
    if (args.length != ARGUMENTS) {
      System.err.println("measure: expected MODEL MANIFEST LABELS OUT");
      System.exit(1);
    }
    QuietRuntime.start();
    Path model = Paths.get(args[0]);
    String json = new String(Files.readAllBytes(Paths.get(args[1])), StandardCharsets.UTF_8);
    ModelManifest manifest = ModelManifest.parse(json);
    Measurement found =
        Measurement.measure(
            MappedFile.read(model), manifest, Files.readAllLines(Paths.get(args[2])), ONE_THREAD);
    JSONObject record = found.toRecord(Measurement.zippedBytes(MappedFile.read(model)));
    JSONObject machine =
        DeviceDescription.describe(
            "Test device", System.getProperty("os.arch"), 1L << 30, "Android, but not really");
    JSONObject metrics =
        new JSONObject()
            .put("schema_version", 1)
            .put("machine", machine)
            .put("records", new JSONArray().put(record));
    Files.write(Paths.get(args[3]), metrics.toString(1).getBytes(StandardCharsets.UTF_8));
  }
}
