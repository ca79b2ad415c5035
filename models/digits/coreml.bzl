"""The Core ML variants of the digits net and their gates, evaluated on this machine."""

load("//models:defs.bzl", "accuracy_test", "coreml_variants", "parity_test")
load("//models/private:coreml_recipes.bzl", "COREML_RECIPES", "FULL_TAGS")

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

def digits_coreml():
    """Declares `coreml_<recipe>` and its accuracy and parity tests; those of most recipes are in `coreml_full_tests`."""
    full = [recipe for recipe in COREML_RECIPES if recipe not in _DEFAULT]
    coreml_variants(
        name = "coreml_variants",
        full = full,
        model = ":digits",
    )
    for recipe in COREML_RECIPES:
        if recipe in _UNGATED:
            continue
        tags = FULL_TAGS if recipe in full else []
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

    # bazel test --config=full //models/digits:coreml_full_tests
    native.test_suite(
        name = "coreml_full_tests",
        tags = ["manual"],
        tests = [
            "coreml_{}_{}_test".format(recipe, gate)
            for recipe in full
            if recipe not in _UNGATED
            for gate in ["accuracy", "parity"]
        ],
    )
