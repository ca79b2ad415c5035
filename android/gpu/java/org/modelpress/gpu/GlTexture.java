package org.modelpress.gpu;

import android.opengl.GLES20;
import android.opengl.GLES30;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Numbers in the GPU's memory, read by index and never between. */
final class GlTexture {
  final int width;
  final int height;
  private final int name;
  private int framebuffer;

  private GlTexture(int internalFormat, int width, int height) {
    int[] most = new int[1];
    GLES20.glGetIntegerv(GLES20.GL_MAX_TEXTURE_SIZE, most, 0);
    if (width > most[0] || height > most[0]) {
      throw new IllegalStateException(
          String.format("%d x %d values; this GPU takes %d a side", width, height, most[0]));
    }
    this.width = width;
    this.height = height;
    int[] names = new int[1];
    GLES20.glGenTextures(1, names, 0);
    name = names[0];
    GLES20.glBindTexture(GLES20.GL_TEXTURE_2D, name);
    GLES30.glTexStorage2D(GLES20.GL_TEXTURE_2D, 1, internalFormat, width, height);
    GLES20.glTexParameteri(GLES20.GL_TEXTURE_2D, GLES20.GL_TEXTURE_MIN_FILTER, GLES20.GL_NEAREST);
    GLES20.glTexParameteri(GLES20.GL_TEXTURE_2D, GLES20.GL_TEXTURE_MAG_FILTER, GLES20.GL_NEAREST);
  }

  /** Bytes, to be filled by {@link #upload}. */
  static GlTexture ofBytes(int width, int height) {
    return new GlTexture(GLES30.GL_R8UI, width, height);
  }

  /** A table, row by row. */
  static GlTexture ofIntegers(int[][] rows) {
    GlTexture table = new GlTexture(GLES30.GL_R32I, rows[0].length, rows.length);
    IntBuffer values =
        ByteBuffer.allocateDirect(table.width * table.height * Integer.BYTES)
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    for (int[] row : rows) {
      values.put(row);
    }
    values.rewind();
    table.upload(values, table.width, GLES20.GL_INT);
    return table;
  }

  /** Four bytes at each place, drawn as integers. */
  static GlTexture drawnIntegers(int width, int height) {
    return new GlTexture(GLES30.GL_RGBA8UI, width, height).drawn();
  }

  /** Four bytes at each place, drawn as fractions of 255. */
  static GlTexture drawnFractions(int width, int height) {
    return new GlTexture(GLES30.GL_RGBA8, width, height).drawn();
  }

  private GlTexture drawn() {
    int[] names = new int[1];
    GLES20.glGenFramebuffers(1, names, 0);
    framebuffer = names[0];
    GLES20.glBindFramebuffer(GLES20.GL_FRAMEBUFFER, framebuffer);
    GLES20.glFramebufferTexture2D(
        GLES20.GL_FRAMEBUFFER, GLES20.GL_COLOR_ATTACHMENT0, GLES20.GL_TEXTURE_2D, name, 0);
    int status = GLES20.glCheckFramebufferStatus(GLES20.GL_FRAMEBUFFER);
    if (status != GLES20.GL_FRAMEBUFFER_COMPLETE) {
      throw new IllegalStateException(String.format("framebuffer status 0x%x", status));
    }
    return this;
  }

  /**
   * Fills it.
   *
   * @param bytes read from its start
   * @param rowStride bytes from one row to the next
   * @throws IllegalArgumentException if {@code bytes} is too short
   */
  void upload(ByteBuffer bytes, int rowStride) {
    long needed = (long) rowStride * (height - 1) + width;
    // OpenGL would read on.
    if (rowStride < width || bytes.remaining() < needed) {
      throw new IllegalArgumentException(
          String.format(
              "a plane of %d bytes in rows of %d; expected %d rows of %d",
              bytes.remaining(), rowStride, height, width));
    }
    upload(bytes, rowStride, GLES20.GL_UNSIGNED_BYTE);
  }

  private void upload(Buffer values, int rowLength, int type) {
    GLES20.glBindTexture(GLES20.GL_TEXTURE_2D, name);
    GLES20.glPixelStorei(GLES20.GL_UNPACK_ALIGNMENT, 1);
    GLES20.glPixelStorei(GLES30.GL_UNPACK_ROW_LENGTH, rowLength);
    GLES20.glTexSubImage2D(
        GLES20.GL_TEXTURE_2D, 0, 0, 0, width, height, GLES30.GL_RED_INTEGER, type, values);
  }

  /** Makes it what a sampler of number {@code unit} reads. */
  void bind(int unit) {
    GLES20.glActiveTexture(GLES20.GL_TEXTURE0 + unit);
    GLES20.glBindTexture(GLES20.GL_TEXTURE_2D, name);
  }

  /** Runs the current program for each place. */
  void draw() {
    GLES20.glBindFramebuffer(GLES20.GL_FRAMEBUFFER, framebuffer);
    GLES20.glViewport(0, 0, width, height);
    GLES20.glDrawArrays(GLES20.GL_TRIANGLES, 0, 3);
  }

  void delete() {
    GLES20.glDeleteTextures(1, new int[] {name}, 0);
    if (framebuffer != 0) {
      GLES20.glDeleteFramebuffers(1, new int[] {framebuffer}, 0);
    }
  }
}
