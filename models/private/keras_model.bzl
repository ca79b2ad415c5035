"""keras_model: a trained Keras image classifier enters the build."""

load("//models:providers.bzl", "ModelInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":generated.bzl", "GENERATOR_ATTRS", "run_generator")
load(":tool.bzl", "program", "run_program")

_STYLES = ["tf", "caffe", "torch", "none"]

def _source(ctx):
    """The model as a (path, Files) pair: a file, or the root folder of a SavedModel."""
    given = (1 if ctx.attr.src else 0) + (1 if ctx.attr.saved_model else 0) + (1 if ctx.attr.generator else 0)
    if given != 1:
        fail("{}: {} of `src`, `saved_model` and `generator` are set, expected exactly one".format(public_label(ctx.label), given))
    if ctx.attr.generator:
        made = ctx.actions.declare_file(ctx.label.name + ".generated.keras")
        run_generator(
            ctx,
            mnemonic = "KerasGenerate",
            progress_message = "Making the Keras model {}".format(public_label(ctx.label)),
            outputs = {"--out": made},
            network = ctx.attr.generator_network,
        )
        return made.path, [made]
    if ctx.attr.src:
        return ctx.file.src.path, [ctx.file.src]
    for file in ctx.files.saved_model:
        if file.basename == "saved_model.pb":
            return file.dirname, ctx.files.saved_model
    if len(ctx.files.saved_model) == 1:  # a directory artifact
        return ctx.files.saved_model[0].path, ctx.files.saved_model
    fail("{}: `saved_model` has no saved_model.pb among its {} files; glob the whole SavedModel folder".format(public_label(ctx.label), len(ctx.files.saved_model)))

def _keras_model_impl(ctx):
    preprocess = ctx.attr.preprocess
    if preprocess not in _STYLES and not preprocess.startswith("{"):
        fail("{}: preprocess is \"{}\", expected one of {} or a JSON object with mean, std and color_order".format(public_label(ctx.label), preprocess, ", ".join(_STYLES)))
    path, inputs = _source(ctx)
    model = ctx.actions.declare_file(ctx.label.name + ".model")
    info = ctx.actions.declare_file(ctx.label.name + ".model.json")
    labels = ctx.actions.declare_file(ctx.label.name + ".labels.txt")

    options = {
        "--fit": ctx.attr.fit,
        "--name": ctx.label.name,
        "--preprocess": preprocess,
        "--src": path,
        "--trained": "true" if ctx.attr.trained else "false",
    }
    if ctx.file.labels:
        options["--labels"] = ctx.file.labels
    run_program(
        ctx,
        tool = ctx.executable._program,
        mnemonic = "KerasImport",
        progress_message = "Checking the Keras model {}".format(public_label(ctx.label)),
        options = options,
        outputs = {"--out-info": info, "--out-labels": labels, "--out-model": model},
        inputs = inputs,
    )
    return [
        DefaultInfo(files = depset([model, info, labels])),
        OutputGroupInfo(model = depset([model]), info = depset([info]), labels = depset([labels])),
        ModelInfo(name = ctx.label.name, model = model, info = info, labels = labels, compression = "", origin = None),
    ]

keras_model = rule(
    implementation = _keras_model_impl,
    attrs = dict(
        GENERATOR_ATTRS,
        fit = attr.string(
            default = "crop",
            values = ["crop", "stretch"],
            doc = "How a photograph of another shape meets the input: centre crop, or stretched.",
        ),
        generator_network = attr.bool(
            doc = "Lets the generator reach the network (Keras' loader of ImageNet weights). Everything else runs without.",
        ),
        labels = attr.label(
            allow_single_file = True,
            doc = "Class names, one a line, in the order of the model's outputs. Without it: class_0000 ...",
        ),
        preprocess = attr.string(
            default = "tf",
            doc = "How the model was trained to see pixels 0..255: \"tf\" scales to [-1, 1], \"torch\" and \"caffe\" are Keras' " +
                  "modes of those names, \"none\" takes raw pixels, or a JSON object {\"mean\": [3], \"std\": [3], \"color_order\": \"RGB\"}.",
        ),
        saved_model = attr.label_list(allow_files = True, doc = "All files of a SavedModel folder."),
        src = attr.label(allow_single_file = True, doc = "The trained model: .keras or .h5 of Keras 2 or 3."),
        trained = attr.bool(default = True, doc = "False for placeholder weights: reports then give no accuracy."),
        _program = program("keras_io:import_program"),
    ),
    provides = [ModelInfo],
    doc = "A trained Keras image classifier: one input [N, height, width, 3], one output [N, classes].",
)
