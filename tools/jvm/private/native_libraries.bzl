"""Native libraries beside a Java program."""

load(":compile.bzl", "runfiles_path")

NATIVE_ATTRS = {
    "native_libraries": attr.label_list(
        allow_files = [".so"],
        doc = "Shared libraries that the program loads by name.",
    ),
}

def native_libraries(ctx):
    """Returns a struct of `files` and `dirs`, the runfiles paths of the files' folders."""
    files = ctx.files.native_libraries
    dirs = {runfiles_path(ctx, file).rpartition("/")[0]: True for file in files}
    return struct(files = files, dirs = sorted(dirs))
