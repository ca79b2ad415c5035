"""What variants with fused input and output have in common, in TensorFlow Lite and in Core ML."""

load("//models:providers.bzl", "ImageSetInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":gate.bzl", "gate")

def add_entry_and_answer(ctx, arguments):
    """Adds the options for what an app gives and gets: attributes height, width, fit, postprocess and top.

    Args:
      ctx: rule context; fails where only one of height and width is set.
      arguments: from tool_arguments().
    """
    if bool(ctx.attr.height) != bool(ctx.attr.width):
        fail("{}: `height` is {} and `width` is {}, expected both or neither".format(
            public_label(ctx.label),
            ctx.attr.height,
            ctx.attr.width,
        ))
    if ctx.attr.height:
        arguments.add("--height={}".format(ctx.attr.height))
        arguments.add("--width={}".format(ctx.attr.width))
    if ctx.attr.fit:
        arguments.add("--fit=" + ctx.attr.fit)
    for step in ctx.attr.postprocess:
        arguments.add("--postprocess=" + step)
    arguments.add("--top={}".format(ctx.attr.top))

def fused_gate(ctx, *, tool, kind, fused, plain):
    """The test that compares a fused variant with the one that it was made from.

    Args:
      ctx: rule context with attributes images, count, min_agreement and max_difference.
      tool: the target of the program.
      kind: "model" or "package": the providers' field with the network, and the option's name.
      fused: provider of the fused variant.
      plain: provider of the other.

    Returns:
      The test's providers.
    """
    images = ctx.attr.images[ImageSetInfo].images
    files = [getattr(fused, kind), fused.manifest, getattr(plain, kind), plain.manifest, images]
    names = ["--" + kind, "--manifest", "--plain-" + kind, "--plain-manifest", "--images"]
    options = dict(zip(names, files))
    options.update({
        "--count": ctx.attr.count,
        "--min-agreement": ctx.attr.min_agreement,
        "--max-difference": ctx.attr.max_difference,
    })
    return gate(ctx, tool = tool, command = "check-fused", options = options, files = files)
