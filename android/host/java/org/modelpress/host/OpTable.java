package org.modelpress.host;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.TensorFlowLite;

/**
 * Asks the Android runtime's own library which builtin operators it has, and up to which version.
 *
 * <p>It loads models that declare one operator version and have an empty graph: the runtime refuses
 * those it does not know, by name. {@code op_table OUT.json} writes the table.
 */
public final class OpTable {
  private static final int SCHEMA_VERSION = 3;
  private static final String FILE_IDENTIFIER = "TFL3";

  /** Codes above this do not fit the schema's old 8-bit field, which then holds this number. */
  private static final int LAST_OLD_CODE = 127;

  /** CUSTOM: needs a name, and is no operator by itself. */
  private static final int CUSTOM_CODE = 32;

  /**
   * More than the codes that any schema has had; the ones beyond its end are refused namelessly.
   */
  private static final int MAX_CODE = 300;

  /** More than the versions that any operator has had. */
  private static final int MAX_VERSION = 40;

  private static final Pattern REFUSAL =
      Pattern.compile("Didn't find op for builtin opcode '([A-Z0-9_]+)'");

  private OpTable() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("op_table: expected one argument, the JSON file to write");
      System.exit(1);
    }
    QuietRuntime.start();
    String home = System.getenv("BUILD_WORKING_DIRECTORY");
    Path out = home == null ? Paths.get(args[0]) : Paths.get(home).resolve(args[0]);
    Path partial = out.resolveSibling(out.getFileName() + ".partial");
    Files.write(partial, table().getBytes(StandardCharsets.UTF_8));
    Files.move(partial, out, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String table() {
    Map<String, Integer> versions = new TreeMap<>();
    for (int code = 0; code <= MAX_CODE; code++) {
      // No operator has this version, so the refusal names the operator.
      String name = refusedName(code, MAX_VERSION + 1);
      int newest = 0;
      for (int version = 1; version <= MAX_VERSION && !name.isEmpty(); version++) {
        if (refusedName(code, version) == null) {
          newest = version;
        }
      }
      if (newest > 0) {
        versions.put(name, newest);
      }
    }
    StringBuilder json = new StringBuilder("{\n");
    json.append("  \"schema_version\": 1,\n");
    json.append("  \"runtime\": \"tensorflow-lite\",\n");
    json.append("  \"version\": \"").append(TensorFlowLite.runtimeVersion()).append("\",\n");
    json.append("  \"flex\": false,\n");
    json.append("  \"ops\": {");
    String separator = "\n";
    for (Map.Entry<String, Integer> entry : versions.entrySet()) {
      json.append(separator)
          .append(
              String.format("    \"%s\": {\"max_version\": %d}", entry.getKey(), entry.getValue()));
      separator = ",\n";
    }
    return json.append("\n  }\n}\n").toString();
  }

  /** Null if the runtime loads the operator; the name it refuses, or "" if it gives none. */
  private static String refusedName(int code, int version) {
    if (code == CUSTOM_CODE) {
      return "";
    }
    try (Interpreter interpreter = new Interpreter(model(code, version))) {
      return null;
    } catch (RuntimeException e) {
      Matcher matcher = REFUSAL.matcher(String.valueOf(e.getMessage()));
      return matcher.find() ? matcher.group(1) : "";
    }
  }

  /** A model with one operator code and an empty graph, by the field numbers of the schema. */
  private static ByteBuffer model(int code, int version) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.startTable(4);
    builder.addByte(0, (byte) Math.min(code, LAST_OLD_CODE), 0);
    builder.addInt(2, version, 1);
    builder.addInt(3, code, 0);
    int operatorCode = builder.endTable();
    int operatorCodes = builder.createVectorOfTables(new int[] {operatorCode});
    int tensors = builder.createVectorOfTables(new int[] {});
    builder.startVector(Integer.BYTES, 0, Integer.BYTES);
    int none = builder.endVector();
    int operators = builder.createVectorOfTables(new int[] {});
    builder.startTable(4);
    builder.addOffset(0, tensors, 0);
    builder.addOffset(1, none, 0);
    builder.addOffset(2, none, 0);
    builder.addOffset(3, operators, 0);
    int subgraphs = builder.createVectorOfTables(new int[] {builder.endTable()});
    builder.startTable(0);
    int buffers = builder.createVectorOfTables(new int[] {builder.endTable()});
    builder.startTable(5);
    builder.addInt(0, SCHEMA_VERSION, 0);
    builder.addOffset(1, operatorCodes, 0);
    builder.addOffset(2, subgraphs, 0);
    builder.addOffset(4, buffers, 0);
    builder.finish(builder.endTable(), FILE_IDENTIFIER);
    byte[] bytes = builder.sizedByteArray();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
    direct.put(bytes);
    direct.flip();
    return direct;
  }
}
