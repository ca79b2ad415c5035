"""best_variant: the variant that a search has found, pinned by a lock file, and the search itself."""

load("//models:providers.bzl", "CompressionInfo", "ImageSetInfo", "ModelInfo", "RecipeInfo", "VariantInfo")
load("//models:variants.bzl", "variant_of")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":compressed_model.bzl", "training_images")
load(":gate.bzl", "gate")
load(":recipe.bzl", "recipe_of")
load(":shipped.bzl", "recipe_label")
load(":tflite_variant.bzl", "tflite_variant")
load(":tool.bzl", "option_files", "program", "run_program")

_LAUNCHER = """\
#!/bin/sh
# Searches and writes the lock: bazel run {label} -- [--trials N] [--exhaustive] [--seed N] [--state DIR]
exec {tool} --label={label} {arguments} "$@"
"""

_BOUNDS = ["top1_drop", "size_ratio", "latency_ratio", "memory_ratio"]

_DEMANDS = {
    "bounds": attr.string_dict(doc = "Largest value of each bounded figure."),
    "goal": attr.string(mandatory = True, values = [name for name in _BOUNDS if name != "top1_drop"]),
    "space": attr.label(allow_single_file = [".json"], mandatory = True),
}

def _demands(ctx):
    options = {"--goal": ctx.attr.goal, "--space": ctx.file.space}
    for figure, bound in ctx.attr.bounds.items():
        options["--max-" + figure.replace("_", "-")] = bound
    return options

def _locked_compression_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    run_program(
        ctx,
        tool = ctx.executable._lock,
        command = "extract",
        mnemonic = "SearchWinner",
        progress_message = "Reading the winner of " + ctx.file.lock.short_path,
        options = {"--lock": ctx.file.lock},
        outputs = {"--out": out},
        worker = False,
    )
    return [DefaultInfo(files = depset([out])), CompressionInfo(name = ctx.label.name, json = out)]

_locked_compression = rule(
    implementation = _locked_compression_impl,
    attrs = {
        "lock": attr.label(allow_single_file = [".json"], mandatory = True),
        "_lock": program("search:lock_program"),
    },
    provides = [CompressionInfo],
    doc = "The compression that a search lock holds.",
)

def _search_impl(ctx):
    model = ctx.attr.model[ModelInfo]
    baseline = variant_of(ctx.label, ctx.attr.baseline, camera_input = False)
    images = ctx.attr.images[ImageSetInfo]
    options = dict(_demands(ctx), **{
        "--baseline": baseline.model,
        "--baseline-manifest": baseline.manifest,
        "--classes": images.classes,
        "--images": images.images,
        "--info": model.info,
        "--labels": model.labels,
        "--model": model.model,
        "--name": ctx.attr.winner,
        "--out": ctx.attr.out,
        "--recipe": recipe_of(ctx, "tflite").json,
    })
    if ctx.attr.calibration:
        options["--calibration"] = ctx.attr.calibration[ImageSetInfo].images
    training = training_images(ctx)
    options["--training"] = _training_words(training)
    files = option_files(options) + option_files(training.options)
    runfiles = ctx.runfiles(files = files).merge(ctx.attr._search[DefaultInfo].default_runfiles)
    runfiles = runfiles.merge(ctx.attr.training[DefaultInfo].default_runfiles)
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        arguments = shell_options(options),
        label = shell_label(ctx.label),
        tool = ctx.executable._search.short_path,
    ), is_executable = True)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

def _training_words(training):
    """Return the training's options as one argument of the search."""

    # An action's arguments name files by their place in the execution root, a program that is run by that in the runfiles.
    arguments = training.options.get("--generator-arg", [])
    for file in training.data:
        arguments = [argument.replace(file.path, file.short_path) for argument in arguments]
    return shell_options(dict(training.options, **{"--generator-arg": arguments}))

_search = rule(
    implementation = _search_impl,
    executable = True,
    attrs = dict(
        baseline = attr.label(providers = [VariantInfo], mandatory = True),
        calibration = attr.label(providers = [ImageSetInfo]),
        images = attr.label(providers = [ImageSetInfo], mandatory = True),
        model = attr.label(providers = [ModelInfo], mandatory = True),
        out = attr.string(mandatory = True, doc = "Path of the lock in the workspace."),
        recipe = attr.label(providers = [RecipeInfo], mandatory = True),
        training = attr.label(mandatory = True),
        winner = attr.string(mandatory = True, doc = "Name of the winning compression."),
        _search = program("search:search_program"),
        **_DEMANDS
    ),
    doc = "See best_variant.",
)

def _lock_test_impl(ctx):
    options = dict(_demands(ctx), **{"--lock": ctx.file.lock, "--search": ctx.attr.search})
    return gate(ctx, tool = ctx.attr._lock, command = "check", options = options)

_lock_test = rule(
    implementation = _lock_test_impl,
    test = True,
    attrs = dict(
        lock = attr.label(allow_single_file = [".json"], mandatory = True),
        search = attr.string(mandatory = True, doc = "The command that searches, for the message."),
        _lock = program("search:lock_program"),
        **_DEMANDS
    ),
    doc = "Red when the lock belongs to another space, goal or bound, was edited, or its winner breaks a bound.",
)

def best_variant(
        name,
        model,
        space,
        images,
        training,
        baseline,
        goal,
        lock = None,
        recipe = "int8",
        calibration = None,
        max_top1_drop = None,
        max_size_ratio = None,
        max_latency_ratio = None,
        max_memory_ratio = None,
        **kwargs):
    """The best variant that a search has found, and the search.

    `bazel run :<name>.search` tries compressions of the space: each is fine-tuned, converted, evaluated and measured on this
    machine. Finished trials are kept in the user's cache, so a killed search goes on. It writes <name>.lock.json beside the BUILD
    file; with `lock` set to it, `<name>` is a tflite_variant as any other, and `<name>_lock_test` is red when the lock no longer
    belongs to the space and the bounds. Gates (accuracy_test, size_test, ...) on images that the search has not seen are yours.

    Args:
      name: target name.
      model: label of the keras_model.
      space: label of a JSON file: a compression, and the values to try for some of its fields
        (python/model_press/search/space.py).
      images: label of a labelled image_set that the search selects on: neither calibration's, nor the one that gates use.
      training: label of an image_set or image_stream for the fine-tuning.
      baseline: label of the variant that ratios and the drop refer to, usually fp32.
      goal: the figure to make small: "size_ratio", "latency_ratio" (one thread) or "memory_ratio" (peak above the runtime's).
      lock: label of <name>.lock.json; None before the first search.
      recipe: name or label of the conversion recipe.
      calibration: label of an image_set, for recipes that calibrate.
      max_top1_drop: most top-1 accuracy to lose against the baseline, a fraction such as 0.015; None for no bound.
      max_size_ratio: largest share of the baseline's bytes.
      max_latency_ratio: largest share of the baseline's latency.
      max_memory_ratio: largest share of the baseline's memory.
      **kwargs: common attributes of the variant.
    """
    bounds = {
        figure: str(bound)
        for figure, bound in zip(_BOUNDS, [max_top1_drop, max_size_ratio, max_latency_ratio, max_memory_ratio])
        if bound != None
    }
    package = native.package_name()
    label = "//{}:{}".format(package, name)
    _search(
        name = name + ".search",
        baseline = baseline,
        bounds = bounds,
        calibration = calibration,
        goal = goal,
        images = images,
        model = model,
        out = (package + "/" if package else "") + name + ".lock.json",
        recipe = recipe_label(label, recipe),
        space = space,
        tags = ["manual"],
        training = training,
        winner = name,
    )
    if not lock:
        return
    _locked_compression(name = name + "_compression", lock = lock)
    tflite_variant(
        name = name,
        calibration = calibration,
        compression = ":{}_compression".format(name),
        model = model,
        recipe = recipe,
        training = training,
        **kwargs
    )
    _lock_test(
        name = name + "_lock_test",
        size = "small",
        bounds = bounds,
        goal = goal,
        lock = lock,
        search = "bazel run {}.search".format(label),
        space = space,
    )
