package org.modelpress.gpu;

import android.opengl.EGL14;
import android.opengl.EGLConfig;
import android.opengl.EGLContext;
import android.opengl.EGLDisplay;
import android.opengl.EGLExt;
import android.opengl.EGLSurface;

/** OpenGL ES 3 without a screen, current on the thread that opened it and used by no other. */
final class GlContext implements AutoCloseable {
  private static final int[] CONFIG = {
    EGL14.EGL_RENDERABLE_TYPE, EGLExt.EGL_OPENGL_ES3_BIT_KHR,
    EGL14.EGL_SURFACE_TYPE, EGL14.EGL_PBUFFER_BIT,
    EGL14.EGL_NONE,
  };
  private static final int[] VERSION_3 = {EGL14.EGL_CONTEXT_CLIENT_VERSION, 3, EGL14.EGL_NONE};
  // Never drawn on, but not every driver makes a context current without one.
  private static final int[] ONE_PIXEL = {
    EGL14.EGL_WIDTH, 1, EGL14.EGL_HEIGHT, 1, EGL14.EGL_NONE,
  };

  private final EGLDisplay display;
  private EGLContext context = EGL14.EGL_NO_CONTEXT;
  private EGLSurface surface = EGL14.EGL_NO_SURFACE;

  private GlContext(EGLDisplay display) {
    this.display = display;
  }

  /**
   * Opens the device's GPU.
   *
   * @throws IllegalStateException if it has none, or none of OpenGL ES 3
   */
  static GlContext open() {
    EGLDisplay display = EGL14.eglGetDisplay(EGL14.EGL_DEFAULT_DISPLAY);
    int[] version = new int[2];
    require(EGL14.eglInitialize(display, version, 0, version, 1), "no EGL display");
    GlContext opened = new GlContext(display);
    try {
      opened.makeCurrent();
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private void makeCurrent() {
    EGLConfig[] configs = new EGLConfig[1];
    int[] count = new int[1];
    boolean chosen =
        EGL14.eglChooseConfig(display, CONFIG, 0, configs, 0, configs.length, count, 0);
    require(chosen && count[0] > 0, "no OpenGL ES 3");
    context = EGL14.eglCreateContext(display, configs[0], EGL14.EGL_NO_CONTEXT, VERSION_3, 0);
    surface = EGL14.eglCreatePbufferSurface(display, configs[0], ONE_PIXEL, 0);
    require(EGL14.eglMakeCurrent(display, surface, surface, context), "no OpenGL ES 3 context");
  }

  /** Frees it with all that was made in it. */
  @Override
  public void close() {
    EGL14.eglMakeCurrent(display, EGL14.EGL_NO_SURFACE, EGL14.EGL_NO_SURFACE, EGL14.EGL_NO_CONTEXT);
    EGL14.eglDestroySurface(display, surface);
    EGL14.eglDestroyContext(display, context);
    EGL14.eglReleaseThread();
    EGL14.eglTerminate(display);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(
          String.format("%s (EGL error 0x%x)", problem, EGL14.eglGetError()));
    }
  }
}
