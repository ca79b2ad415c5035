package org.modelpress.core;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * A JSON object whose fields are read strictly: no text is taken for a number. Errors name a field
 * by its path, for example {@code output.scale}.
 */
final class JsonFields {
  private final JSONObject json;
  private final String file;
  private final String path;

  private JsonFields(JSONObject json, String file, String path) {
    this.json = json;
    this.file = file;
    this.path = path;
  }

  /**
   * Reads a file's text.
   *
   * @param file its name, for errors
   * @throws ManifestException if it is not a JSON object
   */
  static JsonFields parse(String text, String file) {
    try {
      return new JsonFields(new JSONObject(text), file, "");
    } catch (JSONException e) {
      throw new ManifestException(file, String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      throw new ManifestException(file, "its JSON is nested too deep");
    }
  }

  /** The error of a field: what was found, and what was expected. */
  ManifestException refusal(String name, Object found, String expected) {
    return new ManifestException(
        file, String.format("field '%s%s': got %s, expected %s", path, name, found, expected));
  }

  JsonFields object(String name) {
    return new JsonFields(get(name, JSONObject.class, "an object"), file, path + name + ".");
  }

  /** The object, or null where the field is null. */
  JsonFields objectOrNull(String name) {
    return value(name) == JSONObject.NULL ? null : object(name);
  }

  String text(String name) {
    return get(name, String.class, "text");
  }

  String textOrNull(String name) {
    return value(name) == JSONObject.NULL ? null : text(name);
  }

  String text(String name, Pattern pattern, String expected) {
    String value = text(name);
    if (!pattern.matcher(value).matches()) {
      throw refusal(name, "\"" + value + "\"", expected);
    }
    return value;
  }

  /** Text that is one of {@code values}. */
  String oneOf(String name, String... values) {
    String value = text(name);
    if (!Arrays.asList(values).contains(value)) {
      throw refusal(name, "\"" + value + "\"", "one of " + String.join(", ", values));
    }
    return value;
  }

  boolean flag(String name) {
    return get(name, Boolean.class, "true or false");
  }

  int integer(String name, int least, int most) {
    return (int) whole(name, value(name), least, most);
  }

  long count(String name) {
    return whole(name, value(name), 0, Long.MAX_VALUE);
  }

  /** The count, or -1 where the field is null. */
  long countOrUnknown(String name) {
    return value(name) == JSONObject.NULL ? -1 : count(name);
  }

  int[] integers(String name, int least, int most) {
    JSONArray array = array(name);
    int[] values = new int[array.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) whole(name + "[" + i + "]", array.opt(i), least, most);
    }
    return values;
  }

  double number(String name) {
    return number(name, value(name));
  }

  double[] numbers(String name, int length) {
    JSONArray array = array(name);
    if (array.length() != length) {
      throw refusal(name, array.length() + " numbers", String.valueOf(length));
    }
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = number(name + "[" + i + "]", array.opt(i));
    }
    return values;
  }

  JsonFields[] objects(String name) {
    JSONArray array = array(name);
    JsonFields[] values = new JsonFields[array.length()];
    for (int i = 0; i < values.length; i++) {
      String item = name + "[" + i + "]";
      if (!(array.opt(i) instanceof JSONObject)) {
        throw refusal(item, array.opt(i), "an object");
      }
      values[i] = new JsonFields((JSONObject) array.opt(i), file, path + item + ".");
    }
    return values;
  }

  String[] texts(String name) {
    JSONArray array = array(name);
    String[] values = new String[array.length()];
    for (int i = 0; i < values.length; i++) {
      if (!(array.opt(i) instanceof String)) {
        throw refusal(name + "[" + i + "]", array.opt(i), "text");
      }
      values[i] = (String) array.opt(i);
    }
    return values;
  }

  private JSONArray array(String name) {
    return get(name, JSONArray.class, "a list");
  }

  private <T> T get(String name, Class<T> type, String expected) {
    Object value = value(name);
    if (!type.isInstance(value)) {
      throw refusal(name, value, expected);
    }
    return type.cast(value);
  }

  private Object value(String name) {
    Object value = json.opt(name);
    if (value == null) {
      throw new ManifestException(file, String.format("field '%s%s' is missing", path, name));
    }
    return value;
  }

  private long whole(String name, Object value, long least, long most) {
    boolean whole = value instanceof Integer || value instanceof Long;
    long number = whole ? ((Number) value).longValue() : 0;
    if (!whole || number < least || number > most) {
      String range = most < Long.MAX_VALUE ? least + " to " + most : "at least " + least;
      throw refusal(name, value, "a whole number, " + range);
    }
    return number;
  }

  private double number(String name, Object value) {
    double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw refusal(name, value, "a finite number");
    }
    return number;
  }
}
