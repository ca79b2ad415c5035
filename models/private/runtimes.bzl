"""What runs the variants of each format. A new runtime is an entry here, a rule that converts and its programs."""

load(":tool.bzl", "program")

def _tflite_options(ctx, variant):
    options = {
        "--delegate": ctx.attr.delegate,
        # Bazel runs several at once: threads of one would wait busily for processors that the others have.
        "--threads": "1",
    }
    if variant.custom_ops:
        options["--custom-ops"] = variant.custom_ops
    return options

def _no_options(_ctx, _variant):
    return {}

# Fields:
#   made_by: the rule that makes a plain variant, for messages.
#   model_option: name of the programs' option for the model, with `out-` before it for the result.
#   predict_tool, predict_mnemonic, predict_options: the action of an `evaluation`.
#   env: environment variables of the programs that convert to it or run it.
#   camera_tool, camera_mnemonic: the action of a camera_variant.
#   camera_options: attributes of camera_variant that only some formats know: (the program's option, default).
RUNTIMES = {
    "mlpackage": struct(
        made_by = "coreml_variant",
        model_option = "package",
        # BLAS threads that wait for each other cost more than they bring when actions run side by side.
        env = {"OPENBLAS_NUM_THREADS": "1"},
        predict_tool = "_predict_coreml",
        predict_mnemonic = "CoremlPredict",
        predict_options = _no_options,
        camera_tool = "_camera_coreml",
        camera_mnemonic = "CoremlCamera",
        camera_options = {},
    ),
    "tflite": struct(
        made_by = "tflite_variant",
        model_option = "model",
        env = {},
        predict_tool = "_predict_tflite",
        predict_mnemonic = "TflitePredict",
        predict_options = _tflite_options,
        camera_tool = "_camera_tflite",
        camera_mnemonic = "TfliteCamera",
        camera_options = {
            "color_order": ("--color-order", "RGB"),
            "filter": ("--filter", "bilinear_antialias"),
            "rotation_degrees": ("--rotation-degrees", 0),
        },
    ),
}

PREDICT_TOOLS = {
    "_predict_coreml": program("coreml:predict_program"),
    "_predict_tflite": program("tflite:predict_program"),
}

CAMERA_TOOLS = {
    "_camera_coreml": program("camera_input/coreml:fuse_program"),
    "_camera_tflite": program("camera_input/tflite:fuse_program"),
}
