// The part of android.opengl that GpuPreprocessor calls, on this machine's EGL and OpenGL ES (Mesa's software renderer),
// so that the real class runs in a desktop JVM. Loaded by a test; an Android device has its own.

#include <dlfcn.h>
#include <jni.h>
#include <stdio.h>
#include <stdlib.h>

enum { kLogBytes = 4096 };

// The libraries are those of the machine, which need not have them when this is built.
static void* find(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  void* found = handle ? dlsym(handle, name) : NULL;
  if (!found) {
    fprintf(stderr, "%s in %s: %s\n", name, library, dlerror());
    abort();
  }
  return found;
}

#define EGL(result, name, types) ((result(*) types)find("libEGL.so.1", #name))
#define GL(result, name, types) ((result(*) types)find("libGLESv2.so.2", #name))
#define JAVA(result, class, name) JNIEXPORT result JNICALL Java_android_opengl_##class##_##name
#define THIS JNIEnv *env, jclass type

// Objects that hold a handle of EGL's.

static jobject wrap(JNIEnv* env, const char* class_name, void* handle) {
  jclass class = (*env)->FindClass(env, class_name);
  jmethodID constructor = (*env)->GetMethodID(env, class, "<init>", "(J)V");
  return (*env)->NewObject(env, class, constructor, (jlong)handle);
}

static void* unwrap(JNIEnv* env, jobject object) {
  jclass class = (*env)->FindClass(env, "android/opengl/EGLObjectHandle");
  return (void*)(*env)->GetLongField(env, object, (*env)->GetFieldID(env, class, "mHandle", "J"));
}

static void set_none(JNIEnv* env, jclass type, const char* field, const char* class_name, const char* signature) {
  jfieldID id = (*env)->GetStaticFieldID(env, type, field, signature);
  (*env)->SetStaticObjectField(env, type, id, wrap(env, class_name, NULL));
}

JAVA(void, EGL14, _1nativeClassInit)(THIS) {
  set_none(env, type, "EGL_NO_CONTEXT", "android/opengl/EGLContext", "Landroid/opengl/EGLContext;");
  set_none(env, type, "EGL_NO_DISPLAY", "android/opengl/EGLDisplay", "Landroid/opengl/EGLDisplay;");
  set_none(env, type, "EGL_NO_SURFACE", "android/opengl/EGLSurface", "Landroid/opengl/EGLSurface;");
}

JAVA(void, GLES20, _1nativeClassInit)(THIS) {}
JAVA(void, GLES30, _1nativeClassInit)(THIS) {}

JAVA(jint, EGL14, eglGetError)(THIS) { return EGL(int, eglGetError, (void))(); }

JAVA(jobject, EGL14, eglGetDisplay__I)(THIS, jint id) {
  return wrap(env, "android/opengl/EGLDisplay", EGL(void*, eglGetDisplay, (void*))((void*)(long)id));
}

// Two versions, each at its offset in an array.
JAVA(jboolean, EGL14, eglInitialize)(THIS, jobject display, jintArray major, jint at_major, jintArray minor, jint at_minor) {
  jint versions[2] = {0, 0};
  jboolean done = EGL(unsigned, eglInitialize, (void*, int*, int*))(unwrap(env, display), &versions[0], &versions[1]) != 0;
  (*env)->SetIntArrayRegion(env, major, at_major, 1, &versions[0]);
  (*env)->SetIntArrayRegion(env, minor, at_minor, 1, &versions[1]);
  return done;
}

JAVA(jboolean, EGL14, eglChooseConfig)(THIS, jobject display, jintArray attributes, jint at, jobjectArray configs, jint at_config,
                                       jint size, jintArray count, jint at_count) {
  jint found = 0;
  void* config = NULL;
  jint* wanted = (*env)->GetIntArrayElements(env, attributes, NULL);
  jboolean done = EGL(unsigned, eglChooseConfig, (void*, int*, void**, int, int*))(unwrap(env, display), wanted + at, &config, 1,
                                                                                   &found) != 0;
  (*env)->ReleaseIntArrayElements(env, attributes, wanted, JNI_ABORT);
  (*env)->SetObjectArrayElement(env, configs, at_config, wrap(env, "android/opengl/EGLConfig", config));
  (*env)->SetIntArrayRegion(env, count, at_count, 1, &found);
  return done;
}

JAVA(jobject, EGL14, eglCreateContext)(THIS, jobject display, jobject config, jobject shared, jintArray attributes, jint at) {
  jint* wanted = (*env)->GetIntArrayElements(env, attributes, NULL);
  void* made = EGL(void*, eglCreateContext, (void*, void*, void*, int*))(unwrap(env, display), unwrap(env, config),
                                                                         unwrap(env, shared), wanted + at);
  (*env)->ReleaseIntArrayElements(env, attributes, wanted, JNI_ABORT);
  return wrap(env, "android/opengl/EGLContext", made);
}

JAVA(jobject, EGL14, eglCreatePbufferSurface)(THIS, jobject display, jobject config, jintArray attributes, jint at) {
  jint* wanted = (*env)->GetIntArrayElements(env, attributes, NULL);
  void* made =
      EGL(void*, eglCreatePbufferSurface, (void*, void*, int*))(unwrap(env, display), unwrap(env, config), wanted + at);
  (*env)->ReleaseIntArrayElements(env, attributes, wanted, JNI_ABORT);
  return wrap(env, "android/opengl/EGLSurface", made);
}

JAVA(jboolean, EGL14, eglMakeCurrent)(THIS, jobject display, jobject draw, jobject read, jobject context) {
  return EGL(unsigned, eglMakeCurrent, (void*, void*, void*, void*))(unwrap(env, display), unwrap(env, draw), unwrap(env, read),
                                                                     unwrap(env, context)) != 0;
}

JAVA(jboolean, EGL14, eglDestroySurface)(THIS, jobject display, jobject surface) {
  return EGL(unsigned, eglDestroySurface, (void*, void*))(unwrap(env, display), unwrap(env, surface)) != 0;
}

JAVA(jboolean, EGL14, eglDestroyContext)(THIS, jobject display, jobject context) {
  return EGL(unsigned, eglDestroyContext, (void*, void*))(unwrap(env, display), unwrap(env, context)) != 0;
}

JAVA(jboolean, EGL14, eglReleaseThread)(THIS) { return EGL(unsigned, eglReleaseThread, (void))() != 0; }

JAVA(jboolean, EGL14, eglTerminate)(THIS, jobject display) {
  return EGL(unsigned, eglTerminate, (void*))(unwrap(env, display)) != 0;
}

// Functions of integers only: the same parameters on both sides.

#define VALUES_1 int a
#define VALUES_2 VALUES_1, int b
#define VALUES_3 VALUES_2, int c
#define VALUES_4 VALUES_3, int d
#define VALUES_5 VALUES_4, int e
#define FORWARD(result, class, name, values, arguments) \
  JAVA(result, class, name)(THIS, values) { return GL(result, name, (values)) arguments; }

FORWARD(void, GLES20, glActiveTexture, VALUES_1, (a))
FORWARD(void, GLES20, glAttachShader, VALUES_2, (a, b))
FORWARD(void, GLES20, glBindBuffer, VALUES_2, (a, b))
FORWARD(void, GLES20, glBindFramebuffer, VALUES_2, (a, b))
FORWARD(void, GLES20, glBindTexture, VALUES_2, (a, b))
FORWARD(jint, GLES20, glCheckFramebufferStatus, VALUES_1, (a))
FORWARD(void, GLES20, glCompileShader, VALUES_1, (a))
FORWARD(jint, GLES20, glCreateShader, VALUES_1, (a))
FORWARD(void, GLES20, glDisable, VALUES_1, (a))
FORWARD(void, GLES20, glDrawArrays, VALUES_3, (a, b, c))
FORWARD(void, GLES20, glFramebufferTexture2D, VALUES_5, (a, b, c, d, e))
FORWARD(void, GLES20, glLinkProgram, VALUES_1, (a))
FORWARD(void, GLES20, glPixelStorei, VALUES_2, (a, b))
FORWARD(void, GLES20, glTexParameteri, VALUES_3, (a, b, c))
FORWARD(void, GLES20, glUniform1i, VALUES_2, (a, b))
FORWARD(void, GLES20, glUniform2i, VALUES_3, (a, b, c))
FORWARD(void, GLES20, glUniform3i, VALUES_4, (a, b, c, d))
FORWARD(void, GLES20, glUniform4i, VALUES_5, (a, b, c, d, e))
FORWARD(void, GLES20, glUseProgram, VALUES_1, (a))
FORWARD(void, GLES20, glViewport, VALUES_4, (a, b, c, d))
FORWARD(void, GLES30, glTexStorage2D, VALUES_5, (a, b, c, d, e))

JAVA(jint, GLES20, glCreateProgram)(THIS) { return GL(int, glCreateProgram, (void))(); }
JAVA(jint, GLES20, glGetError)(THIS) { return GL(int, glGetError, (void))(); }

// Functions with an array of integers and an offset in it.

#define WITH_ARRAY(name, signature, values, types, arguments)                      \
  JAVA(void, GLES20, name##__##signature)(THIS, values, jintArray array, jint at) { \
    jint* numbers = (*env)->GetIntArrayElements(env, array, NULL);                  \
    jint* numbers_at = numbers + at;                                                \
    GL(void, name, types) arguments;                                                \
    (*env)->ReleaseIntArrayElements(env, array, numbers, 0);                        \
  }

WITH_ARRAY(glDeleteFramebuffers, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glDeleteTextures, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glGenBuffers, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glGenFramebuffers, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glGenTextures, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glGetIntegerv, I_3II, VALUES_1, (int, int*), (a, numbers_at))
WITH_ARRAY(glGetProgramiv, II_3II, VALUES_2, (int, int, int*), (a, b, numbers_at))
WITH_ARRAY(glGetShaderiv, II_3II, VALUES_2, (int, int, int*), (a, b, numbers_at))

// Functions with text or memory.

JAVA(void, GLES20, glShaderSource)(THIS, jint shader, jstring source) {
  const char* text = (*env)->GetStringUTFChars(env, source, NULL);
  GL(void, glShaderSource, (int, int, const char**, int*))(shader, 1, &text, NULL);
  (*env)->ReleaseStringUTFChars(env, source, text);
}

JAVA(jstring, GLES20, glGetShaderInfoLog)(THIS, jint shader) {
  char text[kLogBytes] = "";
  GL(void, glGetShaderInfoLog, (int, int, int*, char*))(shader, sizeof text, NULL, text);
  return (*env)->NewStringUTF(env, text);
}

JAVA(jstring, GLES20, glGetProgramInfoLog)(THIS, jint program) {
  char text[kLogBytes] = "";
  GL(void, glGetProgramInfoLog, (int, int, int*, char*))(program, sizeof text, NULL, text);
  return (*env)->NewStringUTF(env, text);
}

JAVA(jint, GLES20, glGetUniformLocation)(THIS, jint program, jstring name) {
  const char* text = (*env)->GetStringUTFChars(env, name, NULL);
  jint found = GL(int, glGetUniformLocation, (int, const char*))(program, text);
  (*env)->ReleaseStringUTFChars(env, name, text);
  return found;
}

JAVA(void, GLES20, glBufferData)(THIS, jint target, jint size, jobject data, jint usage) {
  const void* bytes = data ? (*env)->GetDirectBufferAddress(env, data) : NULL;
  GL(void, glBufferData, (int, long, const void*, int))(target, size, bytes, usage);
}

// Of direct buffers from their start; Android's own takes others and positions, too.
JAVA(void, GLES20, glTexSubImage2D)(THIS, jint target, jint level, jint x, jint y, jint width, jint height, jint format,
                                    jint kind, jobject data) {
  void* pixels = (*env)->GetDirectBufferAddress(env, data);
  if (!pixels) abort();
  GL(void, glTexSubImage2D, (int, int, int, int, int, int, int, int, const void*))(target, level, x, y, width, height, format,
                                                                                   kind, pixels);
}

JAVA(void, GLES30, glReadPixels)(THIS, jint x, jint y, jint width, jint height, jint format, jint kind, jint offset) {
  GL(void, glReadPixels, (int, int, int, int, int, int, void*))(x, y, width, height, format, kind, (void*)(long)offset);
}

JAVA(jobject, GLES30, glMapBufferRange)(THIS, jint target, jint offset, jint length, jint access) {
  void* mapped = GL(void*, glMapBufferRange, (int, long, long, int))(target, offset, length, access);
  return mapped ? (*env)->NewDirectByteBuffer(env, mapped, length) : NULL;
}

JAVA(jboolean, GLES30, glUnmapBuffer)(THIS, jint target) {
  return GL(unsigned char, glUnmapBuffer, (int))(target) != 0;
}
