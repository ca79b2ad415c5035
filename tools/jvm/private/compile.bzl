"""Action functions that compile and pack Java."""

load("@rules_java//java/common:java_common.bzl", "java_common")

# Android's D8 reads Java 8 class files at every minimum SDK that the runtime supports.
JAVA_RELEASE = "8"

# Of a file's entries only this date depends on the clock; JDK 17 and newer take it as an option.
_JAR_DATE = "2010-01-01T00:00:00Z"

# A newer JDK calls release 8 obsolete: known, and wanted for Android.
_LINT = "-Xlint:all,-options,-classfile,-processing,-serial,-try"

JDK_ATTRS = {
    "_jdk": attr.label(
        default = Label("@bazel_tools//tools/jdk:current_java_runtime"),
        cfg = "exec",
        providers = [java_common.JavaRuntimeInfo],
    ),
    # What the shell lines of these actions run.
    "_shell": attr.label(default = Label("@host_tools//:shell"), cfg = "exec"),
}

NATIVE_ATTRS = {
    "native_libraries": attr.label_list(
        allow_files = [".so"],
        doc = "Shared libraries that the program loads by name.",
    ),
}

RUNTIME_ATTRS = {
    "_java_runtime": attr.label(
        default = Label("@bazel_tools//tools/jdk:current_java_runtime"),
        providers = [java_common.JavaRuntimeInfo],
    ),
    "_launcher": attr.label(
        default = Label("//tools/jvm/private:launcher.sh.template"),
        allow_single_file = True,
    ),
}

def jdk_of(ctx):
    """The JDK that actions run, as JavaRuntimeInfo."""
    return ctx.attr._jdk[java_common.JavaRuntimeInfo]

def compile_jar(*, ctx, srcs, output, classpath, javacopts = [], resources = {}):
    """Compiles Java sources into a reproducible jar.

    Args:
      ctx: rule context with JDK_ATTRS.
      srcs: .java Files or directories of them.
      output: the jar to write.
      classpath: depset of jars.
      javacopts: further options of javac.
      resources: path in the jar -> File.
    """
    jdk = jdk_of(ctx)
    args = ctx.actions.args()
    args.add("--release", JAVA_RELEASE)
    args.add("-encoding", "UTF-8")
    args.add("-implicit:none")
    args.add("-proc:none")
    args.add("-Werror")
    args.add(_LINT)
    args.add_all(javacopts)
    args.add_joined("-cp", classpath, join_with = ctx.configuration.host_path_separator)
    args.add_all(srcs)
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")

    copies = [
        "mkdir -p \"$classes/$(dirname '{0}')\"; cp '{1}' \"$classes/{0}\"".format(path, file.path)
        for path, file in resources.items()
    ]
    ctx.actions.run_shell(
        # jar takes directories in the file system's order, so the entries are listed for it.
        command = "\n".join([
            "set -eu",
            "classes=\"$2.classes\"",
            "rm -rf \"$classes\"; mkdir -p \"$classes\"",
            # Sandboxes share /tmp but not process numbers: JVMs would fight for the same statistics file.
            "'{home}/bin/javac' -J-XX:-UsePerfData -d \"$classes\" \"$1\"".format(home = jdk.java_home) if srcs else ":",
        ] + copies + [
            "(cd \"$classes\" && find . -type f | sed 's|^[.]/||' | LC_ALL=C sort) > \"$2.entries\"",
            "sed \"s|.*|-C '$classes' '&'|\" \"$2.entries\" > \"$2.list\"",
            "'{home}/bin/jar' -J-XX:-UsePerfData --create --file \"$2\" --date={date} --no-manifest @\"$2.list\"".format(
                home = jdk.java_home,
                date = _JAR_DATE,
            ),
            "rm -rf \"$classes\" \"$2.entries\" \"$2.list\"",
        ]),
        arguments = [args, output.path],
        inputs = depset(srcs + resources.values() + ctx.files._shell, transitive = [classpath, jdk.files]),
        outputs = [output],
        mnemonic = "JavacJar",
        progress_message = "Compiling Java of %s" % ctx.label,
    )

def runfiles_path(ctx, file):
    """Path of a File under the runfiles folder."""
    if file.short_path.startswith("../"):
        return file.short_path[len("../"):]
    return ctx.workspace_name + "/" + file.short_path

def runtime_java(ctx):
    """Runfiles path of the java program (absolute where the JDK is outside of the build)."""
    java = ctx.attr._java_runtime[java_common.JavaRuntimeInfo].java_executable_runfiles_path
    if java.startswith("/"):
        return java
    for prefix in ["../", "external/"]:
        if java.startswith(prefix):
            return java[len(prefix):]
    return ctx.workspace_name + "/" + java

def java_program(*, ctx, main_class, classpath, jvm_flags, arguments = [], data = [], working_dir = ""):
    """Writes the launcher of a Java program.

    Args:
      ctx: rule context with RUNTIME_ATTRS and the attributes `data` and `native_libraries`.
      main_class: class with main().
      classpath: depset of jars.
      jvm_flags: options of java; `{runfiles}` in them becomes the runfiles folder.
      arguments: words that come before the user's.
      data: Files that the program reads besides the attribute's.
      working_dir: runfiles path of the folder to start in; the caller's if empty.

    Returns:
      List of the program's DefaultInfo.
    """
    native = ctx.files.native_libraries
    library_dirs = {runfiles_path(ctx, file).rpartition("/")[0]: True for file in native}
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._launcher,
        output = executable,
        substitutions = {
            "%{arguments}": " ".join(["\"%s\"" % word for word in arguments]),
            "%{classpath}": "\n".join([runfiles_path(ctx, jar) for jar in classpath.to_list()]),
            "%{java}": runtime_java(ctx),
            "%{jvm_flags}": " ".join(["\"%s\"" % flag.replace("{runfiles}", "$runfiles") for flag in jvm_flags]),
            "%{library_dirs}": "\n".join(sorted(library_dirs)),
            "%{main_class}": main_class,
            "%{working_dir}": working_dir,
        },
        is_executable = True,
    )
    runtime = ctx.attr._java_runtime[java_common.JavaRuntimeInfo]
    runfiles = ctx.runfiles(
        files = ctx.files.data + native + data,
        transitive_files = depset(transitive = [classpath, runtime.files]),
        collect_default = True,
    )
    return [DefaultInfo(executable = executable, runfiles = runfiles)]
