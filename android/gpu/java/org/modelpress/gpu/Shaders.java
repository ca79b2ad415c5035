package org.modelpress.gpu;

import org.modelpress.core.ResizePlan;

/**
 * The GPU's programs. All arithmetic is of integers, which OpenGL ES 3 defines to the bit: any
 * conforming GPU gives the bytes of the processor.
 */
final class Shaders {
  /** One triangle over everything. */
  static final String EVERYWHERE =
      "#version 300 es\n"
          + "void main() {\n"
          + "  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0,\n"
          + "      0.0, 1.0);\n"
          + "}\n";

  private static final String BEGIN =
      "#version 300 es\n"
          + "precision highp float;\n"
          + "precision highp int;\n"
          + "precision highp isampler2D;\n"
          + "precision highp usampler2D;\n"
          + ("const int FRACTION_BITS = " + ResizePlan.FRACTION_BITS + ";\n")
          + "const int HALF = 1 << (FRACTION_BITS - 1);\n";

  /** Planes, upright and in RGB, narrowed to the output's columns: YuvPixels and a first pass. */
  static final String NARROW =
      BEGIN
          + "uniform usampler2D luma;\n"
          + "uniform usampler2D blue_difference;\n"
          + "uniform usampler2D red_difference;\n"
          + "uniform isampler2D weights;\n"
          + "uniform int taps;\n"
          // Bytes from one value to the next, of each plane.
          + "uniform ivec3 pixel_strides;\n"
          // Where the box's first pixel is stored, and how far its neighbours are from it.
          + "uniform ivec2 origin;\n"
          + "uniform ivec2 along_row;\n"
          + "uniform ivec2 along_column;\n"
          + "out uvec4 narrowed;\n"
          + "ivec3 rgb(ivec2 at) {\n"
          + "  ivec3 x = ivec3(at.x, at.x / 2, at.x / 2) * pixel_strides;\n"
          + "  int y = int(texelFetch(luma, ivec2(x[0], at.y), 0).r);\n"
          + "  int u = int(texelFetch(blue_difference, ivec2(x[1], at.y / 2), 0).r) - 128;\n"
          + "  int v = int(texelFetch(red_difference, ivec2(x[2], at.y / 2), 0).r) - 128;\n"
          + "  int base = (y << 16) + 32768;\n"
          + "  ivec3 fixed_point =\n"
          + "      ivec3(base + 91881 * v, base - 22554 * u - 46802 * v, base + 116130 * u);\n"
          + "  return clamp(fixed_point >> 16, 0, 255);\n"
          + "}\n"
          + "void main() {\n"
          + "  ivec2 place = ivec2(gl_FragCoord.xy);\n"
          + "  int first = texelFetch(weights, ivec2(0, place.x), 0).r;\n"
          + "  ivec2 start = origin + place.y * along_column;\n"
          + "  ivec3 sum = ivec3(HALF);\n"
          + "  for (int i = 0; i < taps; i++) {\n"
          + "    int weight = texelFetch(weights, ivec2(1 + i, place.x), 0).r;\n"
          // Behind a short sum's end there may be no pixel.
          + "    if (weight != 0) {\n"
          + "      sum += weight * rgb(start + (first + i) * along_row);\n"
          + "    }\n"
          + "  }\n"
          + "  narrowed = uvec4(clamp(sum >> FRACTION_BITS, 0, 255), 0);\n"
          + "}\n";

  /** The second pass, and each pixel as the bytes that the model takes, four at a place. */
  static final String SHORTEN =
      BEGIN
          + "uniform usampler2D narrowed;\n"
          + "uniform isampler2D weights;\n"
          + "uniform int taps;\n"
          // By value and position in the pixel.
          + "uniform isampler2D elements;\n"
          // Of the model's input: width, height, elements a pixel, bytes an element.
          + "uniform ivec4 shape;\n"
          // Which colour stands at each position.
          + "uniform ivec4 colours;\n"
          // Places in a row of the output.
          + "uniform int row_places;\n"
          + "out vec4 bytes;\n"
          + "int pixel(ivec2 at, int colour) {\n"
          + "  int first = texelFetch(weights, ivec2(0, at.y), 0).r;\n"
          + "  int sum = HALF;\n"
          + "  for (int i = 0; i < taps; i++) {\n"
          + "    int weight = texelFetch(weights, ivec2(1 + i, at.y), 0).r;\n"
          + "    if (weight != 0) {\n"
          + "      sum += weight * int(texelFetch(narrowed, ivec2(at.x, first + i), 0)[colour]);\n"
          + "    }\n"
          + "  }\n"
          + "  return clamp(sum >> FRACTION_BITS, 0, 255);\n"
          + "}\n"
          + "float at(int index) {\n"
          + "  int element = index / shape.w;\n"
          + "  int position = element % shape.z;\n"
          + "  int number = element / shape.z;\n"
          + "  ivec2 place = ivec2(number % shape.x, number / shape.x);\n"
          + "  if (place.y >= shape.y) {\n"
          + "    return 0.0;\n"
          + "  }\n"
          + "  int value = pixel(place, colours[position]);\n"
          + "  int bits = texelFetch(elements, ivec2(value, position), 0).r;\n"
          + "  return float((bits >> (8 * (index % shape.w))) & 255) / 255.0;\n"
          + "}\n"
          + "void main() {\n"
          + "  ivec2 place = ivec2(gl_FragCoord.xy);\n"
          + "  int index = 4 * (place.y * row_places + place.x);\n"
          + "  bytes = vec4(at(index), at(index + 1), at(index + 2), at(index + 3));\n"
          + "}\n";

  private Shaders() {}
}
