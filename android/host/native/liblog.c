// The bionic functions that Android's TensorFlow Lite library needs and glibc lacks, so that the
// library of an AAR runs on a desktop JVM. make_host_library.py points the library here:
// it renames the functions listed at the end to host_*, because glibc has them with other meanings.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// bionic before API 23 exports its three standard streams as one array; 512 bytes cover each.
enum { kBionicFileBytes = 512, kStandardStreams = 3 };
char __sF[kStandardStreams * kBionicFileBytes];

// bionic's numbers for the sysconf names that the library asks for.
enum {
  kBionicPageSize = 39,
  kBionicPageSizeAlias = 40,
  kBionicProcessorsConfigured = 96,
  kBionicProcessorsOnline = 97,
};

// android/log.h's ANDROID_LOG_WARN: what is below informs only developers of the runtime.
enum { kAndroidLogWarn = 5 };

int* __errno(void) { return __errno_location(); }

size_t __strlen_chk(const char* text, size_t capacity) {
  size_t length = strlen(text);
  if (length >= capacity) abort();
  return length;
}

// The API level of Android 14. The runtime asks for it before it uses XNNPACK, which it does from level 20 on.
static const char kApiLevel[] = "34";

int __system_property_get(const char* name, char* value) {
  // bionic's PROP_VALUE_MAX (92) bytes are the caller's duty.
  strcpy(value, strcmp(name, "ro.build.version.sdk") == 0 ? kApiLevel : "");
  return (int)strlen(value);
}

void android_set_abort_message(const char* message) { fprintf(stderr, "abort: %s\n", message); }

int __android_log_vprint(int priority, const char* tag, const char* format, va_list arguments) {
  if (priority < kAndroidLogWarn) return 1;
  fprintf(stderr, "%s: ", tag ? tag : "");
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  return 1;
}

// A FILE* of bionic's own array can only be a standard stream; others come from glibc's fopen.
static FILE* host_file(FILE* file) {
  const char* address = (const char*)file;
  return address >= __sF && address < __sF + sizeof(__sF) ? stderr : file;
}

// The runtime repeats each log line on stderr in three calls: "%s: " with its severity, the text,
// and a line feed. True from the first to the last of a line that is below a warning.
static __thread bool in_quiet_line = false;

static bool begins_quiet_line(FILE* file, const char* format, va_list arguments) {
  if (host_file(file) != stderr || strcmp(format, "%s: ") != 0) return false;
  const char* severity = va_arg(arguments, const char*);
  return strcmp(severity, "INFO") == 0 || strcmp(severity, "VERBOSE") == 0;
}

int host_vfprintf(FILE* file, const char* format, va_list arguments) {
  va_list peeked;
  va_copy(peeked, arguments);
  if (begins_quiet_line(file, format, peeked)) in_quiet_line = true;
  va_end(peeked);
  if (in_quiet_line && host_file(file) == stderr) return 0;
  return vfprintf(host_file(file), format, arguments);
}

int host_fprintf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = host_vfprintf(file, format, arguments);
  va_end(arguments);
  return count;
}

int host_fputc(int character, FILE* file) {
  if (in_quiet_line && host_file(file) == stderr) {
    in_quiet_line = character != '\n';
    return character;
  }
  return fputc(character, host_file(file));
}

int host_fputs(const char* text, FILE* file) { return fputs(text, host_file(file)); }

size_t host_fwrite(const void* data, size_t size, size_t count, FILE* file) {
  return fwrite(data, size, count, host_file(file));
}

int host_fflush(FILE* file) { return fflush(file ? host_file(file) : NULL); }

// The runtime looks up its own XNNPACK delegate by RTLD_DEFAULT. bionic then searches the library that asks, too; a JVM
// loads libraries into a scope of their own, which glibc's RTLD_DEFAULT leaves out.
void* host_dlsym(void* handle, const char* name) {
  void* found = dlsym(handle, name);
  Dl_info caller;
  if (found || handle != RTLD_DEFAULT || !dladdr(__builtin_return_address(0), &caller)) return found;
  void* library = dlopen(caller.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (!library) return NULL;
  found = dlsym(library, name);
  dlclose(library);
  return found;
}

long host_sysconf(int name) {
  switch (name) {
    case kBionicPageSize:
    case kBionicPageSizeAlias:
      return sysconf(_SC_PAGESIZE);
    case kBionicProcessorsConfigured:
      return sysconf(_SC_NPROCESSORS_CONF);
    case kBionicProcessorsOnline:
      return sysconf(_SC_NPROCESSORS_ONLN);
    default:
      errno = EINVAL;
      return -1;
  }
}
