"""image_stream: training images that a program generates for each epoch."""

load("//models:providers.bzl", "ImageStreamInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":generated.bzl", "GENERATOR_ATTRS")

def _image_stream_impl(ctx):
    if not ctx.attr.generator:
        fail("{}: `generator` is not set, expected the program that makes the images".format(public_label(ctx.label)))
    arguments = [ctx.expand_location(argument, ctx.attr.generator_data) for argument in ctx.attr.generator_args]
    runfiles = ctx.runfiles(files = ctx.files.generator_data).merge(ctx.attr.generator[DefaultInfo].default_runfiles)
    return [
        # For a program that runs the generator outside an action, such as a search.
        DefaultInfo(runfiles = runfiles),
        ImageStreamInfo(
            generator = ctx.attr.generator[DefaultInfo].files_to_run,
            arguments = arguments,
            data = depset(ctx.files.generator_data),
        ),
    ]

image_stream = rule(
    implementation = _image_stream_impl,
    attrs = GENERATOR_ATTRS,
    provides = [ImageStreamInfo],
    doc = "Training images without end: an image_set's generator that also takes --seed, run once for each epoch while " +
          "training uses the epoch before. Nothing is stored, and augmentation differs from epoch to epoch.",
)
