"""Analysis tests of the model rules: outputs, providers and the one line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
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
load("//models/private:shipped.bzl", "ALL_RECIPES", "compression_error", "recipe_error", "split_recipe")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":target_test.bzl", "rule_tests")

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

def _subjects():
    tags = ["manual"]
    keras_model(name = "net", src = "net.keras", tags = tags)
    image_set(name = "calibration", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = tags)
    image_set(name = "evaluated", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = tags)
    image_stream(name = "stream", generator = "//models/photographs:make_crops", generator_args = ["--size=8"], tags = tags)
    tflite_variant(name = "int8", model = ":net", calibration = ":calibration", tags = tags)
    tflite_variant(name = "float", model = ":net", recipe = "fp32", tags = tags)
    tflite_variant(name = "custom", model = ":net", recipe = "fp32", custom_ops = "ops.py", tags = tags)
    camera_variant(name = "camera", variant = ":int8", height = 480, width = 640, postprocess = ["topk"], tags = tags)
    evaluation(name = "evaluation", subject = ":int8", images = ":calibration", tags = tags)
    evaluation(name = "custom_evaluation", subject = ":custom", images = ":calibration", tags = tags)
    calibration_report(name = "ranges", variant = ":int8", float_variant = ":float", images = ":evaluated", tags = tags)
    compressed_model(name = "streamed", model = ":net", compression = "//models/compressions:channels80", fine_tune = False, training = ":stream", tags = tags)
    model_variants(
        name = "pruned_variants",
        calibration = ":calibration",
        model = ":net",
        recipes = ["pruned50", "pruned50_int8"],
        training = ":calibration",
        tags = tags,
    )
    return {
        "camera": {
            "actions": {"TfliteCamera": "1"},
            "fields": {"name": "net_camera", "plain.name": "net_int8", "recipe_name": "int8"},
            "inputs": {"TfliteCamera": ["net_int8.tflite"]},
            "no_inputs": {"TfliteCamera": ["net.model"]},
            "outputs": ["net_camera.manifest.json", "net_camera.tflite"],
        },
        "custom": {
            "fields": {"conversion": "fp32.json net.labels.txt net.model net.model.json ops.py", "custom_ops": "ops.py"},
            "inputs": {"TfliteConvert": ["ops.py"]},
        },
        "custom_evaluation": {"inputs": {"TflitePredict": ["ops.py"]}},
        "evaluation": {"actions": {"TflitePredict": "1"}, "fields": {"subject": "net_int8"}},
        "int8": {
            "actions": {"LabelManifest": "1", "TfliteConvert": "1"},
            "fields": {
                "calibration.images": "calibration.images.npy",
                "camera_input": "False",
                "conversion": "calibration.images.npy int8.json net.labels.txt net.model net.model.json",
                "format": "tflite",
                "labels": "net.labels.txt",
                "model_info.name": "net",
                "name": "net_int8",
                "recipe_name": "int8",
            },
            "groups": ["labels", "manifest", "model"],
            "inputs": {"LabelManifest": ["net.labels.txt"], "TfliteConvert": ["calibration.images.npy", "int8.json"]},
            "no_inputs": {"TfliteConvert": ["fp32.json", "net.labels.txt"]},
            "outputs": ["net_int8.manifest.json", "net_int8.tflite"],
        },
        "net": {"actions": {"KerasGenerate": "0", "KerasImport": "1"}, "fields": {"info": "net.model.json", "name": "net"}},
        "net_pruned50": {
            "actions": {"KerasCompress": "1"},
            "fields": {"compression": "pruned50", "name": "net"},
            "inputs": {"KerasCompress": ["calibration.images.npy", "pruned50.json"]},
            "no_inputs": {"KerasCompress": ["pruned80.json"]},
            "outputs": ["net_pruned50.compression.json", "net_pruned50.model", "net_pruned50.model.json"],
        },
        "pruned50_int8": {
            "fields": {"model_info.compression": "pruned50", "name": "net_pruned50_int8", "recipe_name": "int8"},
            "inputs": {"TfliteConvert": ["net_pruned50.model"]},
            "no_inputs": {"TfliteConvert": ["net.model"]},
        },
        "ranges": {
            "actions": {"CalibrationRanges": "1"},
            "inputs": {"CalibrationRanges": ["calibration.images.npy", "evaluated.images.npy", "net_float.tflite", "net_int8.tflite"]},
            "outputs": ["ranges.json"],
        },
        # A search can run the generator.
        "stream": {"runfiles": ["make_crops.py"]},
        "streamed": {"arguments": {"KerasCompress": ["--generator-arg=--size=8", "--no-fine-tuning"]}},
    }

def _mistakes():
    tags = ["manual"]
    keras_model(name = "no_source", tags = tags)
    keras_model(name = "two_sources", src = "net.keras", saved_model = ["saved_model.pb"], tags = tags)
    keras_model(name = "bad_preprocess", src = "net.keras", preprocess = "imagenet", tags = tags)
    keras_model(name = "half_saved_model", saved_model = ["net.keras", "calibration/red/a.png"], tags = tags)
    image_set(name = "empty_set", height = 8, width = 8, tags = tags)
    image_set(name = "no_size", srcs = ["calibration/red/a.png"], tags = tags)
    image_set(name = "stray_folder", srcs = ["calibration/red/a.png"], class_names = ["green"], height = 8, width = 8, tags = tags)
    tflite_variant(name = "uncalibrated", model = ":net", recipe = "int8", tags = tags)
    tflite_variant(name = "needless", model = ":net", recipe = "fp32", calibration = ":calibration", tags = tags)
    evaluation(name = "not_a_model", subject = ":calibration", images = ":calibration", tags = tags)
    calibration_report(name = "uncalibrated_report", variant = ":float", float_variant = ":float", images = ":evaluated", tags = tags)
    calibration_report(name = "countless_report", variant = ":int8", float_variant = ":float", images = ":evaluated", count = 0, tags = tags)
    compressed_model(name = "twice", model = ":net_pruned50", compression = "//models/compressions:channels80", training = ":calibration", tags = tags)
    compressed_model(name = "no_images", model = ":net", compression = "//models/compressions:channels80", training = ":net", tags = tags)
    image_stream(name = "dry_stream", tags = tags)
    camera_variant(name = "custom_camera", variant = ":custom", postprocess = ["topk"], tags = tags)
    camera_variant(name = "camera_twice", variant = ":camera", postprocess = ["topk"], tags = tags)
    camera_variant(name = "half_a_frame", variant = ":int8", height = 480, tags = tags)
    evaluation(name = "camera_evaluation", subject = ":camera", images = ":calibration", tags = tags)
    reproducible_test(name = "camera_reproducible", variant = ":camera", tags = tags)
    size_test(name = "unbounded", variant = ":int8", tags = tags)
    size_test(name = "no_baseline", variant = ":int8", max_ratio = 0.3, tags = tags)
    size_test(name = "no_ratio", variant = ":int8", baseline = ":int8", tags = tags)
    return {
        "bad_preprocess": "preprocess is \"imagenet\", expected one of tf, caffe, torch, none",
        "countless_report": "`count` is 0, expected at least one image",
        "custom_camera": "net_custom has custom operators (`custom_ops`), which LiteRT's Python interpreter does not run",
        "dry_stream": "`generator` is not set",
        "empty_set": "the image set is empty; give `srcs` or a `generator`",
        "camera_evaluation": "net_camera takes camera frames, expected the variant that it was made from; give net_int8",
        "camera_reproducible": "net_camera takes camera frames, expected the variant that it was made from; give net_int8",
        "camera_twice": "net_camera takes camera frames, expected the variant that it was made from",
        "half_a_frame": "`height` is 480 and `width` is 0, expected both or neither",
        "half_saved_model": "`saved_model` has no saved_model.pb among its 2 files",
        "needless": "recipe fp32 ignores representative images, remove `calibration`",
        "no_baseline": "`max_ratio` is set without the `baseline`",
        "no_images": "`training` is //models/tests:net, expected an image_set or an image_stream",
        "no_ratio": "`baseline` is set without `max_ratio`",
        "no_size": "`height` and `width` are 0 and 0, expected the size in pixels",
        "no_source": "0 of `src`, `saved_model` and `generator` are set, expected exactly one",
        "not_a_model": "//models/tests:calibration is neither a variant nor a keras_model",
        "stray_folder": "models/tests/calibration/red/a.png lies in the folder \"red\", expected one named in class_names",
        "twice": "//models/tests:net_pruned50 is compressed already (by pruned50)",
        "two_sources": "2 of `src`, `saved_model` and `generator` are set, expected exactly one",
        "unbounded": "neither `max_bytes` nor `max_ratio` is set",
        "uncalibrated_report": "//models/tests:float (recipe fp32) is not calibrated",
        "uncalibrated": "recipe int8 needs representative images, `calibration` is not set",
    }

def rules_test_suite(name):
    """Declares the subjects and tests of this file.

    Args:
      name: name of the test suite.
    """
    shell_test(name = "shell_test")
    split_recipe_test(name = "split_recipe_test")
    unknown_recipe_test(name = "unknown_recipe_test")
    rule_tests(name, _subjects(), _mistakes(), ["shell_test", "split_recipe_test", "unknown_recipe_test"])
