"""The Core ML variants of Xception and their gates, evaluated on this machine: half a second an image."""

load("//models:defs.bzl", "coreml_variants", "parity_test", "size_test")
load("//models/private:shipped.bzl", "COREML_RECIPES")

_DEFAULT = [
    "fp16",
    "int8",
]

# Size of the package against fp32's, by recipe.
_MAX_RATIO = {
    "fp16": 0.51,
    "int8": 0.26,
    "palette4": 0.14,
    "palette6": 0.2,
    "palette8": 0.26,
    "pruned50": 0.3,
    "pruned50_int8": 0.17,
    "pruned75": 0.18,
}

# The untrained weights have no answer left when half of them are gone.
_UNGATED = [recipe for recipe in COREML_RECIPES if recipe.startswith("pruned")]

XCEPTION_COREML = [":coreml_" + recipe for recipe in COREML_RECIPES]

def xception_coreml():
    """Declares `coreml_<recipe>` and its parity and size tests; those of most recipes run by `--config=full`."""
    full = [recipe for recipe in COREML_RECIPES if recipe not in _DEFAULT]
    coreml_variants(
        name = "coreml_variants",
        full = full,
        model = ":xception",
    )
    for recipe in COREML_RECIPES:
        if recipe not in _UNGATED:
            parity_test(
                name = "coreml_{}_parity_test".format(recipe),
                images = ":golden",
                model = ":xception",
                tags = ["full"] if recipe in full else [],
                variant = ":coreml_" + recipe,
            )
        if recipe in _MAX_RATIO:
            size_test(
                name = "coreml_{}_size_test".format(recipe),
                baseline = ":coreml_fp32",
                max_ratio = _MAX_RATIO[recipe],
                tags = ["full"],
                variant = ":coreml_" + recipe,
            )
