"""image_set: images of one size for calibration, training or evaluation."""

load("//models:providers.bzl", "ImageSetInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":generated.bzl", "GENERATOR_ATTRS", "run_generator")
load(":tool.bzl", "program", "run_program")

def _generated(ctx):
    """Return the options for arrays that the generator makes."""
    made = {
        "--out-classes": ctx.actions.declare_file(ctx.label.name + ".generated.classes.npy"),
        "--out-images": ctx.actions.declare_file(ctx.label.name + ".generated.images.npy"),
    }
    run_generator(
        ctx,
        mnemonic = "ImageSetGenerate",
        progress_message = "Making the images of {}".format(public_label(ctx.label)),
        outputs = made,
    )
    return {"--classes": made["--out-classes"], "--images": made["--out-images"]}

def _from_files(ctx):
    """Return the options for image files."""
    if not ctx.files.srcs:
        fail("{}: the image set is empty; give `srcs` or a `generator`".format(public_label(ctx.label)))
    if not ctx.attr.height or not ctx.attr.width:
        fail("{}: `height` and `width` are {} and {}, expected the size in pixels to which `srcs` are scaled".format(public_label(ctx.label), ctx.attr.height, ctx.attr.width))
    known = {name: index for index, name in enumerate(ctx.attr.class_names)}
    images = []
    for file in ctx.files.srcs:
        folder = file.dirname.split("/")[-1]
        if known and folder not in known:
            fail("{}: {} lies in the folder \"{}\", expected one named in class_names".format(public_label(ctx.label), file.short_path, folder))
        images.append("{}={}".format(file.path, known.get(folder, -1)))
    return {"--fit": ctx.attr.fit, "--height": ctx.attr.height, "--image": images, "--width": ctx.attr.width}

def _image_set_impl(ctx):
    images = ctx.actions.declare_file(ctx.label.name + ".images.npy")
    classes = ctx.actions.declare_file(ctx.label.name + ".classes.npy")
    options = _generated(ctx) if ctx.attr.generator else _from_files(ctx)
    if ctx.attr.class_names:
        options["--class-count"] = len(ctx.attr.class_names)
    run_program(
        ctx,
        tool = ctx.executable._program,
        mnemonic = "ImageSet",
        progress_message = "Decoding the images of {}".format(public_label(ctx.label)),
        options = options,
        outputs = {"--out-classes": classes, "--out-images": images},
        inputs = ctx.files.srcs,
    )
    return [
        DefaultInfo(files = depset([images, classes]), runfiles = ctx.runfiles(files = [images, classes])),
        OutputGroupInfo(images = depset([images]), classes = depset([classes])),
        ImageSetInfo(images = images, classes = classes),
    ]

image_set = rule(
    implementation = _image_set_impl,
    attrs = dict(
        GENERATOR_ATTRS,
        class_names = attr.string_list(
            doc = "Class names in the order of the model's outputs; each image's class is the name of its folder. Empty: unlabelled.",
        ),
        fit = attr.string(default = "crop", values = ["crop", "stretch"], doc = "As in keras_model."),
        height = attr.int(doc = "Pixels, for `srcs`."),
        srcs = attr.label_list(allow_files = True, doc = "Image files in any format that Pillow reads."),
        width = attr.int(doc = "Pixels, for `srcs`."),
        _program = program("images:image_set_program"),
    ),
    provides = [ImageSetInfo],
    doc = "Images as one uint8 array, from files or from a generator program (options --out-images and --out-classes).",
)
