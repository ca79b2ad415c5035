package org.modelpress.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The models that travel with an app, read from the index.json beside them.
 *
 * <p>schemas/bundle_index.schema.json describes the file.
 */
public final class ModelIndex {
  private static final int SCHEMA_VERSION = 2;
  // Names without . and .. between slashes.
  private static final Pattern PATH =
      Pattern.compile("(?!\\.\\.?(/|$))[^/\\\\]+(/(?!\\.\\.?(/|$))[^/\\\\]+)*");

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final String first;

  /** Files of a variant; paths are relative to the index. */
  public static final class Entry {
    private final String model;
    private final String manifest;
    private final String labels;

    private Entry(JsonFields json) {
      model = path(json, "model");
      manifest = path(json, "manifest");
      labels = path(json, "labels");
    }

    /** The .tflite, or model.packed, which is to be unpacked first. */
    public String model() {
      return model;
    }

    public String manifest() {
      return manifest;
    }

    public String labels() {
      return labels;
    }

    private static String path(JsonFields json, String name) {
      return json.text(name, PATH, "a relative path without . and ..");
    }
  }

  private ModelIndex(JsonFields json) {
    json.integer("schema_version", SCHEMA_VERSION, SCHEMA_VERSION);
    for (JsonFields variant : json.objects("variants")) {
      String name = variant.text("name");
      if (entries.put(name, new Entry(variant)) != null) {
        throw variant.refusal("name", "\"" + name + "\" twice", "another name for every variant");
      }
    }
    if (entries.isEmpty()) {
      throw json.refusal("variants", "none", "at least one");
    }
    first = json.oneOf("default", entries.keySet().toArray(new String[0]));
  }

  /**
   * Reads an index.
   *
   * @param json the text of index.json
   * @throws ManifestException if it is not JSON, or not such an index
   */
  public static ModelIndex parse(String json) {
    return new ModelIndex(JsonFields.parse(json, "index.json"));
  }

  /** The variants' names, in the order of the build. */
  public List<String> names() {
    return new ArrayList<>(entries.keySet());
  }

  /** Name of the variant that runs unless another one is chosen. */
  public String defaultName() {
    return first;
  }

  /** The files of the variant called {@code name}, one of {@link #names}. */
  public Entry entry(String name) {
    return entries.get(name);
  }
}
