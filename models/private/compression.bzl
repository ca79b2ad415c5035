"""compression: what is done to a Keras model before its conversion, as data that Bazel can address."""

load("//models:providers.bzl", "CompressionInfo")

def _compression_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.src])),
        CompressionInfo(name = ctx.label.name, json = ctx.file.src),
    ]

compression = rule(
    implementation = _compression_impl,
    attrs = {
        "src": attr.label(
            allow_single_file = [".json"],
            mandatory = True,
            doc = "The recipe's JSON (fields in python/model_press/formats/compressions.py).",
        ),
    },
    provides = [CompressionInfo],
    doc = "One compression: channels or weights to remove, and the fine-tuning after it. A new one is a JSON file and this target.",
)
