"""Analysis tests of the model rules: outputs, providers and the one line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load(
    "//models:defs.bzl",
    "calibration_report",
    "camera_variant",
    "compressed_model",
    "evaluation",
    "image_set",
    "image_stream",
    "keras_model",
    "model_variants",
    "reproducible_test",
    "size_test",
    "tflite_variant",
)
load("//models:providers.bzl", "EvaluationInfo", "ModelInfo", "VariantInfo")
load("//models/private:shipped.bzl", "ALL_RECIPES", "compression_error", "recipe_error", "split_recipe")
load("//tools/starlark:failure_test.bzl", "failure_test")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")

def _actions(env, mnemonic):
    return [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]

def _variant_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    asserts.equals(env, ["net_int8.manifest.json", "net_int8.tflite"], names)
    variant = target[VariantInfo]
    asserts.equals(env, "net_int8", variant.name)
    asserts.equals(env, "tflite", variant.format)
    asserts.false(env, variant.camera_input)
    asserts.equals(env, "int8", variant.recipe_name)
    asserts.equals(env, "net", variant.model_info.name)
    asserts.equals(env, "net.labels.txt", variant.labels.basename)
    for group in ["model", "manifest", "labels"]:
        asserts.equals(env, 1, len(getattr(target[OutputGroupInfo], group).to_list()))
    converts = _actions(env, "TfliteConvert")
    asserts.equals(env, 1, len(converts))
    inputs = [file.basename for file in converts[0].inputs.to_list()]
    asserts.true(env, "calibration.images.npy" in inputs, "the calibration images are an input")
    asserts.true(env, "int8.json" in inputs, "the recipe is an input")
    asserts.false(env, "fp32.json" in inputs, "another recipe's edit must not re-run this conversion")
    asserts.false(env, "net.labels.txt" in inputs, "an edited label must not re-run this conversion")
    named = _actions(env, "LabelManifest")
    asserts.equals(env, ["net_int8.manifest.json"], [file.basename for file in named[0].outputs.to_list()])
    asserts.equals(env, sorted(["net.labels.txt", "net.model", "net.model.json", "int8.json", "calibration.images.npy"]), sorted([file.basename for file in variant.conversion.values()]))
    asserts.equals(env, "calibration.images.npy", variant.calibration.images.basename)
    return analysistest.end(env)

_variant_test = analysistest.make(_variant_impl)

def _camera_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    asserts.equals(env, ["net_camera.manifest.json", "net_camera.tflite"], names)
    asserts.equals(env, "net_camera", target[VariantInfo].name)
    asserts.equals(env, "int8", target[VariantInfo].recipe_name)
    asserts.equals(env, "net_int8", target[VariantInfo].plain.name)
    cameras = _actions(env, "TfliteCamera")
    asserts.equals(env, 1, len(cameras))
    inputs = [file.basename for file in cameras[0].inputs.to_list()]
    asserts.true(env, "net_int8.tflite" in inputs, "a finished variant is what it is made from")
    asserts.false(env, "net.model" in inputs, "the Keras model is not converted again")
    return analysistest.end(env)

_camera_test = analysistest.make(_camera_impl)

def _custom_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    inputs = [file.basename for file in _actions(env, "TfliteConvert")[0].inputs.to_list()]
    asserts.true(env, "ops.py" in inputs, "the kernels are an input of the conversion")
    asserts.equals(env, "ops.py", target[VariantInfo].conversion["--custom-ops"].basename)
    return analysistest.end(env)

_custom_test = analysistest.make(_custom_impl)

def _custom_evaluation_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = [file.basename for file in _actions(env, "TflitePredict")[0].inputs.to_list()]
    asserts.true(env, "ops.py" in inputs, "the kernels are an input of the evaluation")
    return analysistest.end(env)

_custom_evaluation_test = analysistest.make(_custom_evaluation_impl)

def _model_impl(ctx):
    env = analysistest.begin(ctx)
    model = analysistest.target_under_test(env)[ModelInfo]
    asserts.equals(env, "net", model.name)
    asserts.equals(env, "net.model.json", model.info.basename)
    asserts.equals(env, 1, len(_actions(env, "KerasImport")))
    asserts.equals(env, 0, len(_actions(env, "KerasGenerate")))
    return analysistest.end(env)

_model_test = analysistest.make(_model_impl)

def _evaluation_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[EvaluationInfo]
    asserts.equals(env, "net_int8", info.subject)
    asserts.equals(env, 1, len(_actions(env, "TflitePredict")))
    return analysistest.end(env)

_evaluation_test = analysistest.make(_evaluation_impl)

def _calibration_report_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ["ranges.json"], [file.basename for file in target[DefaultInfo].files.to_list()])
    actions = _actions(env, "CalibrationRanges")
    asserts.equals(env, 1, len(actions))
    inputs = [file.basename for file in actions[0].inputs.to_list()]
    for name in ["net_int8.tflite", "net_float.tflite", "calibration.images.npy", "evaluated.images.npy"]:
        asserts.true(env, name in inputs, name + " is an input")
    return analysistest.end(env)

_calibration_report_test = analysistest.make(_calibration_report_impl)

def _compressed_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    asserts.equals(env, ["net_pruned50.compression.json", "net_pruned50.model", "net_pruned50.model.json"], names)
    asserts.equals(env, "net", target[ModelInfo].name)
    asserts.equals(env, "pruned50", target[ModelInfo].compression)
    compresses = _actions(env, "KerasCompress")
    asserts.equals(env, 1, len(compresses))
    inputs = [file.basename for file in compresses[0].inputs.to_list()]
    asserts.true(env, "calibration.images.npy" in inputs, "the training images are an input")
    asserts.true(env, "pruned50.json" in inputs, "the compression is an input")
    asserts.false(env, "pruned80.json" in inputs, "another compression's edit must not re-run this training")
    return analysistest.end(env)

_compressed_test = analysistest.make(_compressed_impl)

def _streamed_impl(ctx):
    env = analysistest.begin(ctx)
    arguments = _actions(env, "KerasCompress")[0].argv
    asserts.true(env, "--generator-arg=--size=8" in arguments, "the generator's own arguments are passed on")
    asserts.true(env, "--no-fine-tuning" in arguments, "fine_tune = False reaches the program")
    return analysistest.end(env)

_streamed_test = analysistest.make(_streamed_impl)

def _stream_impl(ctx):
    env = analysistest.begin(ctx)
    stream = analysistest.target_under_test(env)
    runfiles = [file.basename for file in stream[DefaultInfo].default_runfiles.files.to_list()]
    asserts.true(env, "make_crops.py" in runfiles, "a search can run the generator: its sources are among the runfiles")
    return analysistest.end(env)

_stream_test = analysistest.make(_stream_impl)

def _compressed_variant_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    variant = target[VariantInfo]
    asserts.equals(env, "net_pruned50_int8", variant.name)
    asserts.equals(env, "int8", variant.recipe_name)
    asserts.equals(env, "pruned50", variant.model_info.compression)
    inputs = [file.basename for file in _actions(env, "TfliteConvert")[0].inputs.to_list()]
    asserts.true(env, "net_pruned50.model" in inputs, "the compressed model is what is converted")
    asserts.false(env, "net.model" in inputs, "the original is not")
    return analysistest.end(env)

_compressed_variant_test = analysistest.make(_compressed_variant_impl)

def _shell_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        r"""--model='a b.tflite' --seen='it'\''s $(x)' --seen='2'""",
        shell_options({"--model": "a b.tflite", "--seen": ["it's $(x)", 2]}),
    )
    asserts.equals(env, "//flowers:int8_size_test", shell_label(Label("//flowers:int8_size_test")))
    asserts.equals(env, "'//flowers:a(b)&c'", shell_label(Label("//flowers:a(b)&c")))
    return unittest.end(env)

shell_test = unittest.make(_shell_impl)

def _split_recipe_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, (None, "int8"), split_recipe("int8"))
    asserts.equals(env, ("pruned50", "fp32"), split_recipe("pruned50"))
    asserts.equals(env, ("pruned50", "dynamic_int8"), split_recipe("pruned50_dynamic_int8"))
    asserts.equals(env, ("pruned_2_4", "int8"), split_recipe("pruned_2_4_int8"))
    asserts.equals(env, (None, "pruned50_int9"), split_recipe("pruned50_int9"))
    asserts.equals(env, (None, ":pruned50"), split_recipe(":pruned50"))
    return unittest.end(env)

split_recipe_test = unittest.make(_split_recipe_impl)

def _unknown_recipe_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(
        env,
        "//a:b: recipe is \"int9\", expected one of " + ", ".join(sorted(ALL_RECIPES)) + " (behind a compression, as in pruned50_int8, " +
        "or alone) or the label of your own `recipe` target",
        recipe_error("//a:b", "int9"),
    )
    asserts.equals(env, None, recipe_error("//a:b", "int8"))
    asserts.equals(env, None, recipe_error("//a:b", ":mine"))
    error = compression_error("//a:b", "pruned5")
    asserts.true(env, error.startswith("//a:b: compression is \"pruned5\", expected one of channels60, channels70, "), error)
    asserts.true(env, error.endswith(", qat or the label of your own `compression` target"), error)
    asserts.equals(env, None, compression_error("//a:b", "pruned50"))
    return unittest.end(env)

unknown_recipe_test = unittest.make(_unknown_recipe_impl)

def _bad_targets():
    """Targets with one mistake each: (name, part of the message)."""
    keras_model(name = "no_source", tags = ["manual"])
    keras_model(name = "two_sources", src = "net.keras", saved_model = ["saved_model.pb"], tags = ["manual"])
    keras_model(name = "bad_preprocess", src = "net.keras", preprocess = "imagenet", tags = ["manual"])
    keras_model(name = "half_saved_model", saved_model = ["net.keras", "calibration/red/a.png"], tags = ["manual"])
    image_set(name = "empty_set", height = 8, width = 8, tags = ["manual"])
    image_set(name = "no_size", srcs = ["calibration/red/a.png"], tags = ["manual"])
    image_set(name = "stray_folder", srcs = ["calibration/red/a.png"], class_names = ["green"], height = 8, width = 8, tags = ["manual"])
    tflite_variant(name = "uncalibrated", model = ":net", recipe = "int8", tags = ["manual"])
    tflite_variant(name = "needless", model = ":net", recipe = "fp32", calibration = ":calibration", tags = ["manual"])
    evaluation(name = "not_a_model", subject = ":calibration", images = ":calibration", tags = ["manual"])
    calibration_report(name = "uncalibrated_report", variant = ":float", float_variant = ":float", images = ":evaluated", tags = ["manual"])
    calibration_report(name = "countless_report", variant = ":int8", float_variant = ":float", images = ":evaluated", count = 0, tags = ["manual"])
    compressed_model(
        name = "twice",
        model = ":net_pruned50",
        compression = "//models/compressions:channels80",
        training = ":calibration",
        tags = ["manual"],
    )
    compressed_model(
        name = "no_images",
        model = ":net",
        compression = "//models/compressions:channels80",
        training = ":net",
        tags = ["manual"],
    )
    image_stream(name = "dry_stream", tags = ["manual"])
    camera_variant(name = "custom_camera", variant = ":custom", postprocess = ["topk"], tags = ["manual"])
    camera_variant(name = "camera_twice", variant = ":camera", postprocess = ["topk"], tags = ["manual"])
    camera_variant(name = "half_a_frame", variant = ":int8", height = 480, tags = ["manual"])
    evaluation(name = "camera_evaluation", subject = ":camera", images = ":calibration", tags = ["manual"])
    reproducible_test(name = "camera_reproducible", variant = ":camera", tags = ["manual"])
    size_test(name = "unbounded", variant = ":int8", tags = ["manual"])
    size_test(name = "no_baseline", variant = ":int8", max_ratio = 0.3, tags = ["manual"])
    size_test(name = "no_ratio", variant = ":int8", baseline = ":int8", tags = ["manual"])
    return {
        "bad_preprocess": "//models/tests:bad_preprocess: preprocess is \"imagenet\", expected one of tf, caffe, torch, none",
        "countless_report": "//models/tests:countless_report: `count` is 0, expected at least one image",
        "custom_camera": "//models/tests:custom_camera: net_custom has custom operators (`custom_ops`), which LiteRT's Python interpreter does not run",
        "dry_stream": "//models/tests:dry_stream: `generator` is not set",
        "empty_set": "//models/tests:empty_set: the image set is empty; give `srcs` or a `generator`",
        "camera_evaluation": "//models/tests:camera_evaluation: net_camera takes camera frames, expected the variant that it was made from; give net_int8",
        "camera_reproducible": "//models/tests:camera_reproducible: net_camera takes camera frames, expected the variant that it was made from; give net_int8",
        "camera_twice": "//models/tests:camera_twice: net_camera takes camera frames, expected the variant that it was made from",
        "half_a_frame": "//models/tests:half_a_frame: `height` is 480 and `width` is 0, expected both or neither",
        "half_saved_model": "//models/tests:half_saved_model: `saved_model` has no saved_model.pb among its 2 files",
        "needless": "//models/tests:needless: recipe fp32 ignores representative images, remove `calibration`",
        "no_baseline": "//models/tests:no_baseline: `max_ratio` is set without the `baseline`",
        "no_images": "//models/tests:no_images: `training` is //models/tests:net, expected an image_set or an image_stream",
        "no_ratio": "//models/tests:no_ratio: `baseline` is set without `max_ratio`",
        "no_size": "//models/tests:no_size: `height` and `width` are 0 and 0, expected the size in pixels",
        "no_source": "//models/tests:no_source: 0 of `src`, `saved_model` and `generator` are set, expected exactly one",
        "not_a_model": "//models/tests:not_a_model: //models/tests:calibration is neither a variant nor a keras_model",
        "stray_folder": "lies in the folder \"red\", expected one named in class_names",
        "twice": "//models/tests:twice: //models/tests:net_pruned50 is compressed already (by pruned50)",
        "two_sources": "//models/tests:two_sources: 2 of `src`, `saved_model` and `generator` are set, expected exactly one",
        "unbounded": "//models/tests:unbounded: neither `max_bytes` nor `max_ratio` is set",
        "uncalibrated_report": "//models/tests:uncalibrated_report: //models/tests:float (recipe fp32) is not calibrated",
        "uncalibrated": "//models/tests:uncalibrated: recipe int8 needs representative images, `calibration` is not set",
    }

def rules_test_suite(name):
    """Declares the subjects and tests of this file.

    Args:
      name: name of the test suite.
    """
    keras_model(name = "net", src = "net.keras", tags = ["manual"])
    image_set(name = "calibration", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = ["manual"])
    tflite_variant(name = "int8", model = ":net", calibration = ":calibration", tags = ["manual"])
    image_set(name = "evaluated", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = ["manual"])
    tflite_variant(name = "float", model = ":net", recipe = "fp32", tags = ["manual"])
    tflite_variant(name = "custom", model = ":net", recipe = "fp32", custom_ops = "ops.py", tags = ["manual"])
    evaluation(name = "custom_on_calibration", subject = ":custom", images = ":calibration", tags = ["manual"])
    calibration_report(name = "ranges", variant = ":int8", float_variant = ":float", images = ":evaluated", tags = ["manual"])
    camera_variant(name = "camera", variant = ":int8", height = 480, width = 640, postprocess = ["topk"], tags = ["manual"])
    evaluation(name = "int8_on_calibration", subject = ":int8", images = ":calibration", tags = ["manual"])

    model_variants(
        name = "pruned_variants",
        calibration = ":calibration",
        model = ":net",
        recipes = ["pruned50", "pruned50_int8"],
        training = ":calibration",
        tags = ["manual"],
    )
    image_stream(
        name = "stream",
        generator = "//models/photographs:make_crops",
        generator_args = ["--size=8"],
        tags = ["manual"],
    )
    compressed_model(
        name = "streamed",
        model = ":net",
        compression = "//models/compressions:channels80",
        fine_tune = False,
        training = ":stream",
        tags = ["manual"],
    )

    tests = [
        "calibration_report_test",
        "compressed_test",
        "compressed_variant_test",
        "custom_evaluation_test",
        "custom_test",
        "evaluation_test",
        "camera_test",
        "model_test",
        "shell_test",
        "split_recipe_test",
        "stream_test",
        "streamed_test",
        "unknown_recipe_test",
        "variant_test",
    ]
    _compressed_test(name = "compressed_test", target_under_test = ":net_pruned50")
    _compressed_variant_test(name = "compressed_variant_test", target_under_test = ":pruned50_int8")
    _stream_test(name = "stream_test", target_under_test = ":stream")
    _streamed_test(name = "streamed_test", target_under_test = ":streamed")
    shell_test(name = "shell_test")
    split_recipe_test(name = "split_recipe_test")
    _custom_test(name = "custom_test", target_under_test = ":custom")
    _custom_evaluation_test(name = "custom_evaluation_test", target_under_test = ":custom_on_calibration")
    _camera_test(name = "camera_test", target_under_test = ":camera")
    _variant_test(name = "variant_test", target_under_test = ":int8")
    _model_test(name = "model_test", target_under_test = ":net")
    _calibration_report_test(name = "calibration_report_test", target_under_test = ":ranges")
    _evaluation_test(name = "evaluation_test", target_under_test = ":int8_on_calibration")
    unknown_recipe_test(name = "unknown_recipe_test")
    for target, message in _bad_targets().items():
        failure_test(name = target + "_test", target_under_test = ":" + target, message = message)
        tests.append(target + "_test")
    native.test_suite(name = name, tests = tests)
