"""Tests that an edit re-runs its own step alone: no program of another step needs the edited file."""

load("//tools/python:pytest.bzl", "pytest_test")

# The programs behind actions that train, convert, predict or prepare.
_STEPS = ["//python/model_press/" + program for program in [
    "camera_input/coreml:fuse_program",
    "camera_input/tflite:fuse_program",
    "compress:compress_program",
    "coreml:convert_program",
    "coreml:predict_program",
    "evaluate:evaluate_program",
    "evaluate:keras_sizes_program",
    "images:image_set_program",
    "keras_io:import_program",
    "keras_io:predict_program",
    "tflite:predict_program",
    "convert:label_manifest_program",
]]

_CONVERT = "//python/model_press/convert:convert_program"

# case -> (programs, expression for the files that they may not need).
_CASES = {
    "gate_or_report": (_STEPS + [_CONVERT], "^//python/model_press/(gates|report|inspect|search|memory)[:/]"),
    "rewrite": (_STEPS, "^//python/model_press/tflite/rewrites[:/]"),
}

# What the expression finds where it must: the check would be green of a wrong one, too.
_FOUND = {
    "gate_or_report": ["//python/model_press/gates:gates_program"],
    "rewrite": [_CONVERT],
}

def step_test_suite(name):
    """Declares the test, with the lists of files that it reads.

    Args:
      name: name of the test.
    """
    lists = []
    for case, (programs, files) in _CASES.items():
        for kind, scope in [("none", programs), ("some", _FOUND[case])]:
            native.genquery(
                name = "{}_{}".format(case, kind),
                testonly = True,
                expression = "filter('{}', deps(set({})))".format(files, " ".join(scope)),
                scope = scope,
            )
            lists.append("{}_{}".format(case, kind))
    pytest_test(
        name = name,
        srcs = ["steps_test.py"],
        data = lists,
        env = {"CASES": " ".join(_CASES.keys()), "FOLDER": native.package_name()},
    )
