"""The Android toolchain: who provides the tools that make an APK."""

# Text of a Label: as a plain string it would be a target of the loading file's repository.
TOOLCHAIN_TYPE = str(Label("//tools/android:toolchain_type"))

AndroidToolsInfo = provider(
    doc = "Tools and platform jars to build an APK with.",
    fields = {
        "aapt2": "FilesToRunProvider: compiles and links resources.",
        "android_jars": "dict of int -> File: API level -> the platform's classes and resources.",
        "apksigner_jar": "File: runs with java -jar.",
        "d8_jar": "File: has com.android.tools.r8.D8.",
        "origin": "string: where the tools come from, for messages.",
        "tool_files": "depset of Files that the tools need beside them.",
        "zipalign": "FilesToRunProvider.",
    },
)

def _android_toolchain_impl(ctx):
    jars = {}
    for target, level in ctx.attr.android_jars.items():
        jars[int(level)] = target.files.to_list()[0]
    return [platform_common.ToolchainInfo(android = AndroidToolsInfo(
        aapt2 = ctx.attr.aapt2[DefaultInfo].files_to_run,
        android_jars = jars,
        apksigner_jar = ctx.file.apksigner_jar,
        d8_jar = ctx.file.d8_jar,
        origin = ctx.attr.origin,
        tool_files = depset(ctx.files.tool_files),
        zipalign = ctx.attr.zipalign[DefaultInfo].files_to_run,
    ))]

android_toolchain = rule(
    implementation = _android_toolchain_impl,
    doc = "An implementation of //tools/android:toolchain_type.",
    attrs = {
        "aapt2": attr.label(
            allow_single_file = True,
            cfg = "exec",
            doc = "Compiles and links resources.",
            executable = True,
            mandatory = True,
        ),
        "android_jars": attr.label_keyed_string_dict(
            allow_files = [".jar"],
            doc = "Platform jar -> its API level.",
            mandatory = True,
        ),
        "apksigner_jar": attr.label(allow_single_file = [".jar"], mandatory = True, doc = "Runs with java -jar."),
        "d8_jar": attr.label(allow_single_file = [".jar"], mandatory = True, doc = "Has com.android.tools.r8.D8 and R8."),
        "origin": attr.string(mandatory = True, doc = "Where the tools come from, for messages."),
        "tool_files": attr.label_list(allow_files = True, doc = "What the tools need beside them."),
        "zipalign": attr.label(
            allow_single_file = True,
            cfg = "exec",
            doc = "Checks an APK's alignment.",
            executable = True,
            mandatory = True,
        ),
    },
)

def _missing_android_toolchain_impl(ctx):
    fail(ctx.attr.problem)

missing_android_toolchain = rule(
    implementation = _missing_android_toolchain_impl,
    doc = "Stands where no tools can be had, and says what to do.",
    attrs = {"problem": attr.string(mandatory = True, doc = "The line to fail with.")},
)
