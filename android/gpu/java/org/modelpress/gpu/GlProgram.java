package org.modelpress.gpu;

import android.opengl.GLES20;

/** A fragment shader that runs for each place of a texture, and what it is given. */
final class GlProgram {
  private final int name;

  /**
   * Compiles and links it.
   *
   * @throws IllegalStateException with the driver's words
   */
  GlProgram(String fragment) {
    name = GLES20.glCreateProgram();
    GLES20.glAttachShader(name, compiled(GLES20.GL_VERTEX_SHADER, Shaders.EVERYWHERE));
    GLES20.glAttachShader(name, compiled(GLES20.GL_FRAGMENT_SHADER, fragment));
    GLES20.glLinkProgram(name);
    int[] status = new int[1];
    GLES20.glGetProgramiv(name, GLES20.GL_LINK_STATUS, status, 0);
    if (status[0] == 0) {
      throw new IllegalStateException("shader: " + GLES20.glGetProgramInfoLog(name));
    }
  }

  private static int compiled(int type, String source) {
    int shader = GLES20.glCreateShader(type);
    GLES20.glShaderSource(shader, source);
    GLES20.glCompileShader(shader);
    int[] status = new int[1];
    GLES20.glGetShaderiv(shader, GLES20.GL_COMPILE_STATUS, status, 0);
    if (status[0] == 0) {
      throw new IllegalStateException("shader: " + GLES20.glGetShaderInfoLog(shader));
    }
    return shader;
  }

  void use() {
    GLES20.glUseProgram(name);
  }

  void set(String uniform, int value) {
    GLES20.glUniform1i(place(uniform), value);
  }

  void set(String uniform, int x, int y) {
    GLES20.glUniform2i(place(uniform), x, y);
  }

  void set(String uniform, int x, int y, int z) {
    GLES20.glUniform3i(place(uniform), x, y, z);
  }

  void set(String uniform, int x, int y, int z, int w) {
    GLES20.glUniform4i(place(uniform), x, y, z, w);
  }

  private int place(String uniform) {
    return GLES20.glGetUniformLocation(name, uniform);
  }
}
