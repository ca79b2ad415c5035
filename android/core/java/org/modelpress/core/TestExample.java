package org.modelpress.core;

import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONObject;

/** An example file of schemas/, which readers of every language accept or refuse. */
final class TestExample {
  private static final Path FOLDER = Paths.get(System.getProperty("examples"));

  /** Path below the folder of all examples. */
  final String file;

  private final JSONArray words;

  private TestExample(JSONObject json) {
    file = json.getString("file");
    words = json.getJSONArray("words");
  }

  /** Lists the examples of a kind of file, without the invalid ones that an app may accept. */
  static List<TestExample> ofKind(String kind) throws IOException {
    List<TestExample> found = new ArrayList<>();
    for (Object item : new JSONObject(text("index.json")).getJSONArray("examples")) {
      JSONObject json = (JSONObject) item;
      if (json.getString("kind").equals(kind) && !json.getBoolean("apps_may_accept")) {
        found.add(new TestExample(json));
      }
    }
    return found;
  }

  static String text(String file) throws IOException {
    return new String(Files.readAllBytes(FOLDER.resolve(file)), StandardCharsets.UTF_8);
  }

  String text() throws IOException {
    return text(file);
  }

  boolean isValid() {
    return file.startsWith("valid/");
  }

  /** An error message names what is wrong in an invalid example. */
  void assertNamed(String message) {
    for (Object word : words) {
      assertTrue(file + ": " + message, message.contains((String) word));
    }
  }
}
