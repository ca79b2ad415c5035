"""The Core ML variants of the digits net and their gates, evaluated on this machine."""

load(
    "//models:defs.bzl",
    "accuracy_test",
    "camera_parity_test",
    "camera_variant",
    "coreml_recipe",
    "coreml_variant",
    "coreml_variants",
    "parity_test",
)
load("//models/private:shipped.bzl", "COREML_RECIPES")

# A recipe's gates take a conversion of seconds and about half a minute of evaluation.
_DEFAULT = [
    "fp16",
    "int8",
    "palette6",
]

# Pruned once, without training after it: what that costs is measured and held, not hidden. At 75 % nothing is left of
# this net, so the gates of pruned75 are for models that were trained sparse.
_MAX_DROP = {
    "palette4": 0.015,
    "pruned50": 0.05,
    "pruned50_int8": 0.05,
    "pruned50_palette6": 0.05,
}

_UNGATED = ["pruned75"]

# From a model that was compressed and trained on: name to (compression, recipe). Which channels a training leaves depends on
# the processor's instructions: of what macs30 leaves, 96.0 % of the weights lie in layers of 512 or more with AVX-512, 94.7 %
# with AVX2, hence a recipe with another bound.
_TUNED = {
    "coreml_macs30_int8": ("macs30", ":coreml_int8_narrow"),
    "coreml_tuned50": ("pruned50", "pruned50"),
    "coreml_tuned50_int8": ("pruned50", "pruned50_int8"),
}

DIGITS_COREML = [":coreml_" + recipe for recipe in COREML_RECIPES] + [":" + name for name in _TUNED]

def digits_coreml():
    """Declares `coreml_<recipe>` and its accuracy and parity tests; those of most recipes run by `--config=full`."""
    full = [recipe for recipe in COREML_RECIPES if recipe not in _DEFAULT]
    coreml_variants(
        name = "coreml_variants",
        full = full,
        model = ":digits",
    )
    for recipe in COREML_RECIPES:
        if recipe in _UNGATED:
            continue
        tags = ["full"] if recipe in full else []
        accuracy_test(
            name = "coreml_{}_accuracy_test".format(recipe),
            baseline = ":digits",
            images = ":held_out",
            # Half a point of 2,000 held-out images.
            max_drop = _MAX_DROP.get(recipe, 0.005),
            tags = tags,
            variant = ":coreml_" + recipe,
        )
        parity_test(
            name = "coreml_{}_parity_test".format(recipe),
            images = ":held_out",
            model = ":digits",
            tags = tags,
            variant = ":coreml_" + recipe,
        )

    # A camera's picture in: class indices out, or a label as Vision wants it.
    for name, postprocess in {"camera": ["topk"], "picture": []}.items():
        camera_variant(
            name = "coreml_int8_" + name,
            height = 640,
            postprocess = postprocess,
            variant = ":coreml_int8",
            width = 480,
        )
        camera_parity_test(
            name = "coreml_int8_{}_parity_test".format(name),
            images = ":held_out",
            variant = ":coreml_int8_" + name,
        )
    coreml_recipe(
        name = "coreml_int8_narrow",
        src = "coreml_int8_narrow.json",
    )
    for name, (compression, recipe) in _TUNED.items():
        coreml_variant(
            name = name,
            model = ":digits_" + compression,
            recipe = recipe,
        )
        accuracy_test(
            name = name + "_accuracy_test",
            baseline = ":digits",
            images = ":held_out",
            max_drop = 0.015,
            variant = ":" + name,
        )
