package org.modelpress.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** The {@code machine} of metrics.json, in the words that the build host uses for itself. */
public final class DeviceDescription {
  private static final String CPU_INFO = "/proc/cpuinfo";
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Pattern NAMED_ISA =
      Pattern.compile("(avx|amx|sse4|fma|asimd|i8mm|bf16|fp16|sve|fphp|neon).*");

  // What decides the speed of int8 and float kernels, fastest first.
  private static final List<String> ARM_CLASSES = Arrays.asList("i8mm", "asimddp", "asimd", "neon");
  private static final List<String> X86_CLASSES =
      Arrays.asList("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "sse4_1");

  private DeviceDescription() {}

  /**
   * Describes the device.
   *
   * @param model maker and name of the device
   * @param architecture as the kernel names it, such as aarch64
   * @param memoryBytes all memory of the device
   * @param os name and version
   */
  public static JSONObject describe(
      String model, String architecture, long memoryBytes, String os) {
    String words = ProcessMemory.ofLine(CPU_INFO, "Features", "flags");
    Collection<String> flags = new TreeSet<>(Arrays.asList(SPACES.split(words)));
    JSONArray isa = new JSONArray();
    for (String flag : flags) {
      if (NAMED_ISA.matcher(flag).matches()) {
        isa.put(flag);
      }
    }
    try {
      return new JSONObject()
          .put("kind", "android")
          .put("cpu_model", model)
          .put("cpu_class", cpuClass(architecture, flags))
          .put("isa", isa)
          .put("cores", Runtime.getRuntime().availableProcessors())
          .put("memory_bytes", memoryBytes)
          .put("os", os);
    } catch (JSONException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The class that gates state bounds for, such as {@code aarch64-asimddp}. */
  static String cpuClass(String architecture, Collection<String> flags) {
    String name = architecture.equals("amd64") ? "x86_64" : architecture;
    List<String> classes = name.startsWith("x86") ? X86_CLASSES : ARM_CLASSES;
    for (String isa : classes) {
      if (flags.contains(isa)) {
        return name + "-" + isa;
      }
    }
    return name + "-baseline";
  }
}
