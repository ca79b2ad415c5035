"""model_suite: variants, gates and report of a model, from its images and a dict of bounds."""

load("@bazel_skylib//rules:build_test.bzl", "build_test")
load(":accuracy_test.bzl", "accuracy_test")
load(":bounds.bzl", "bounds")
load(":calibration_report.bzl", "calibration_report")
load(":camera_parity_test.bzl", "camera_parity_test")
load(":compressed_model.bzl", "compressed_of")
load(":coreml_variant.bzl", "coreml_variant")
load(":delegation_test.bzl", "delegation_test")
load(":images_test.bzl", "images_test")
load(":latency_test.bzl", "latency_test")
load(":measurement_test.bzl", "measurement_test")
load(":memory_test.bzl", "memory_test")
load(":model_report.bzl", "model_report")
load(":parity_test.bzl", "parity_test")
load(":reproducible_test.bzl", "reproducible_test")
load(":runtime_test.bzl", "runtime_test")
load(":shipped.bzl", "ALL_RECIPES", "COREML_RECIPES", "RECIPES", "recipe_is_calibrated", "split_recipe")
load(":size_test.bzl", "size_test")
load(":tflite_variant.bzl", "tflite_variant")

_COREML = "coreml_"

# What XNNPACK leaves outside of its partitions, by recipe. It turns no bytes into floats, has no depthwise convolution of floats
# by int8, and leaves both ends of an int8 graph.
_OUTSIDE = {
    "dynamic_int8": ["CAST", "DEPTHWISE_CONV_2D"],
    "fp16": ["CAST"],
    "fp32": ["CAST"],
    "int8": ["QUANTIZE", "SOFTMAX"],
}

_NO_BOUNDS = bounds()

def _full(is_full):
    return ["full"] if is_full else []

def _variant(target, name, limit):
    """Return what a name in `bounds` or `recipes` stands for: struct of name, limit, made, coreml, camera, compression, recipe."""
    compression = None
    existing = native.existing_rule(name)
    camera = bool(existing) and existing["kind"] == "camera_variant"
    if existing:
        made = False
        origin = existing["variant"].rpartition(":")[2] if camera else name
        kind = (native.existing_rule(origin) or {"kind": ""})["kind"]
        coreml = kind == "_coreml_variant" or origin.startswith(_COREML)
        recipe = str(existing.get("recipe", "")).rpartition(":")[2]
    elif name.startswith(_COREML):
        coreml = True
        recipe = name[len(_COREML):]
        made = recipe in COREML_RECIPES
    else:
        coreml = False
        compression, recipe = split_recipe(name)
        made = recipe in ALL_RECIPES
    if not existing and not made:
        fail(("{}: `bounds` has the key \"{}\", expected a recipe (models/recipes/README.md), coreml_<recipe>, or a variant that " +
              "is declared above the suite").format(target, name))
    return struct(
        name = name,
        label = ":" + name,
        limit = limit,
        made = made,
        coreml = coreml,
        camera = camera,
        compression = compression,
        recipe = recipe,
    )

def _declare(target, variant, model, calibration, training, fine_tune):
    """Declare a variant; return the label of the Keras model that parity_test compares it with."""
    tags = ["manual"] if variant.limit.full else []
    if not variant.made:
        return model
    if variant.coreml:
        coreml_variant(name = variant.name, model = model, recipe = variant.recipe, tags = tags)
        return model
    tflite_variant(
        name = variant.name,
        calibration = calibration if recipe_is_calibrated(variant.recipe) else None,
        fine_tune = fine_tune,
        model = model,
        tags = tags,
        training = training,
    )
    if variant.compression:
        return compressed_of(target, model, variant.compression, training, fine_tune)
    return model

def _camera_gate(variant, images):
    name = variant.name + "_parity_test"
    camera_parity_test(
        name = name,
        count = variant.limit.frames,
        images = images,
        tags = _full(variant.limit.full),
        variant = variant.label,
    )
    return [name]

def _answer_gates(variant, model, keras, baseline, images):
    """Declare the gates on a variant's answers: accuracy and parity."""
    limit, tests = variant.limit, []
    tags = _full(limit.full or limit.slow)
    if limit.max_drop != None:
        tests.append(variant.name + "_accuracy_test")
        accuracy_test(
            name = tests[-1],
            baseline = model if variant.coreml or variant.name == baseline else ":" + baseline,
            images = images,
            max_drop = limit.max_drop,
            tags = tags,
            variant = variant.label,
        )
    if limit.parity:
        tests.append(variant.name + "_parity_test")
        parity_test(
            name = tests[-1],
            images = images,
            model = keras if limit.parity == True else limit.parity,
            tags = tags,
            variant = variant.label,
        )
    return tests

def _cost_gates(variant, baseline, full_names):
    """Declare the gates on a variant's costs: size, latency, memory, delegation."""
    name, limit, tests = variant.name, variant.limit, []
    tags = _full(limit.full)
    size_baseline = limit.size_baseline or (_COREML + "fp32" if variant.coreml else baseline)
    for suffix, ratio, max_bytes in [("", limit.max_size, limit.max_bytes), ("_zipped", limit.max_zipped_size, 0)]:
        if ratio == None and not max_bytes:
            continue
        tests.append(name + suffix + "_size_test")
        size_test(
            name = tests[-1],
            baseline = None if ratio == None else ":" + size_baseline,
            max_bytes = max_bytes,
            max_ratio = ratio,
            tags = _full(limit.full or (ratio != None and size_baseline in full_names)),
            variant = variant.label,
            zipped = bool(suffix),
        )
    if limit.max_latency:
        tests.append(name + "_latency_test")
        latency_test(name = tests[-1], baseline = ":" + baseline, max_ratio = limit.max_latency, tags = tags, variant = variant.label)
    if limit.max_memory:
        tests.append(name + "_memory_test")
        memory_test(name = tests[-1], baseline = ":" + baseline, max_ratio = limit.max_memory, tags = tags, variant = variant.label)
    if limit.partitions:
        tests.append(name + "_delegation_test")
        delegation_test(
            name = tests[-1],
            max_partitions = limit.partitions,
            outside = _OUTSIDE.get(variant.recipe, []) if limit.outside == None else limit.outside,
            tags = tags,
            variant = variant.label,
        )
    return tests

def _runtime_gates(variants):
    """Declare one runtime_test for all .tflite files of a default run, and one for the others."""
    tests = []
    for name, full in [("runtime_test", False), ("full_runtime_test", True)]:
        labels = [variant.label for variant in variants if not variant.coreml and variant.limit.full == full]
        if labels:
            tests.append(name)
            runtime_test(name = name, tags = _full(full), variants = labels)
    return tests

def _conversion_gates(variants, baseline, images, calibration_images):
    """Declare what looks at plain conversions again: reproducible tests and calibration reports. Return tests and reports."""
    tests, reports = [], []
    for variant in variants:
        if not variant.made or variant.coreml or variant.compression:
            continue
        tests.append(variant.name + "_reproducible_test")
        reproducible_test(
            name = tests[-1],
            size = "medium",
            tags = _full(variant.limit.full or not variant.limit.reproducible),
            variant = variant.label,
        )
        if recipe_is_calibrated(variant.recipe) and not variant.limit.full and not variant.limit.slow:
            reports.append(":{}_calibration_report".format(variant.name))
            calibration_report(
                name = reports[-1][1:],
                count = calibration_images,
                float_variant = ":" + baseline,
                images = images,
                variant = variant.label,
            )
    return tests, reports

def _groups(variants):
    """Declare the groups of variants that the suite makes."""
    for name, group in {
        "all_variants": [v for v in variants if not v.coreml and not v.compression and not v.limit.full],
        "compressed_variants": [v for v in variants if v.compression and not v.limit.full],
        "coreml_variants": [v for v in variants if v.coreml],
        "full_variants": [v for v in variants if not v.coreml and v.limit.full],
    }.items():
        if group:
            native.filegroup(
                name = name,
                srcs = [variant.label for variant in group],
                tags = ["manual"] if any([variant.limit.full for variant in group]) else [],
            )

def model_suite(
        name,
        model,
        images,
        calibration = None,
        bounds = {},
        recipes = RECIPES.keys(),
        training = None,
        fine_tune = True,
        baseline = "fp32",
        seen = [],
        measured = None,
        rounds = 3,
        calibration_images = 8,
        full_report = False,
        published = None,
        searches = []):
    """Variants, gates and report of a model. A package has one suite, since its targets are named by recipes.

    ```starlark
    load("//models:defs.bzl", "bounds", "image_set", "keras_model", "model_suite")

    model_suite(
        name = "suite",
        bounds = {
            "coreml_int8": bounds(max_drop = 0.01),
            "fp16": bounds(max_drop = 0.005, max_size = 0.51),
            "int8": bounds(max_drop = 0.01, max_size = 0.27, max_latency = {"*": 0.6}, max_memory = 0.9),
            "pruned50_int8": bounds(max_drop = 0.02, max_zipped_size = 0.2),
        },
        calibration = ":calibration",
        images = ":held_out",
        model = ":flowers",
        training = ":training_images",
    )
    ```

    Makes a variant for each of `recipes` and of the recipes in `bounds`, named as it is there: `:int8`, `:pruned50_int8`,
    `:coreml_int8`. `:all_variants`, `:compressed_variants` and `:coreml_variants` are groups of them, `:full_variants` those of
    `--config=full`.

    Each bound is a test `<variant>_<gate>_test`. Further tests need no bound: `<variant>_parity_test`, `runtime_test` for all
    .tflite files, `<images>_images_test`, `measurement_test`, and by `--config=full` `<variant>_reproducible_test`. `name` is a
    test suite of them all.

    `:report` is the model_report.

    Args:
      name: name of the test suite.
      model: label of the keras_model.
      images: label of an image_set that neither training nor calibration has seen. Accuracy needs labelled images.
      calibration: label of an image_set with representative images, for recipes that need them.
      bounds: dict of variant name to `bounds(...)`. A name is a recipe (`int8`), a compression and a recipe (`pruned50_int8`),
        `coreml_<recipe>`, or a variant that the package declares above the suite, such as a camera_variant or best_variant.
      recipes: names of recipes to make even without bounds.
      training: label of an image_set or image_stream, for compressions.
      fine_tune: False leaves the compressions' training out.
      baseline: name of the variant that ratios and drops refer to.
      seen: labels of further image_sets that must share no image with `images`.
      measured: names of the variants in measurement_test; by default all .tflite variants of a default run.
      rounds: rounds of measurement_test.
      calibration_images: images on which reports of calibrated variants compare ranges.
      full_report: whether report and measurement_test run by `--config=full` only; the report then has full variants, too.
      published: as in model_report.
      searches: as in model_report.
    """
    target = "//{}:{}".format(native.package_name(), name)
    names = [recipe for recipe in recipes if recipe not in bounds] + bounds.keys()
    variants = [_variant(target, key, bounds.get(key, _NO_BOUNDS)) for key in names]
    full_names = [variant.name for variant in variants if variant.limit.full]
    tests = []
    for variant in variants:
        keras = _declare(target, variant, model, calibration, training, fine_tune)
        if variant.camera:
            tests += _camera_gate(variant, images)
        else:
            tests += _answer_gates(variant, model, keras, baseline, images)
        tests += _cost_gates(variant, baseline, full_names)
    more_tests, reports = _conversion_gates(variants, baseline, images, calibration_images)
    tests += more_tests + _runtime_gates(variants)

    _groups([variant for variant in variants if variant.made])
    tflite = [variant for variant in variants if not variant.coreml and not variant.camera]
    default = [variant.label for variant in tflite if not variant.limit.full]
    calibrated = [variant.label for variant in tflite if recipe_is_calibrated(variant.recipe)]
    tests.append(images.rpartition(":")[2] + "_images_test")
    images_test(
        name = tests[-1],
        size = "small",
        images = images,
        seen = seen,
        variant = ":int8" if ":int8" in default else (calibrated + default)[0],
    )
    tests.append("measurement_test")
    measurement_test(
        name = "measurement_test",
        rounds = rounds,
        tags = _full(full_report),
        variants = default if measured == None else [":" + key for key in measured],
    )
    model_report(
        name = "report",
        calibrations = reports,
        coreml = [variant.label for variant in variants if variant.coreml and not variant.camera],
        images = images,
        model = model,
        published = published,
        searches = searches,
        tags = ["manual"] if full_report else [],
        variants = [variant.label for variant in tflite] if full_report else default,
    )
    if full_report:
        tests.append("report_build_test")
        build_test(name = "report_build_test", tags = ["full"], targets = [":report"])

    # Without `full` tests, and outside of //...: Bazel builds all that a suite lists, filtered out or not.
    native.test_suite(name = name, tags = ["-full", "manual"], tests = [":" + test for test in tests])
