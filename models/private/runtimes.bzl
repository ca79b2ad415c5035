"""What runs the variants of each format. A new runtime is an entry here, a rule that converts and its programs."""

load(
    ":tool.bzl",
    "COREML_EVALUATOR_ATTR",
    "COREML_FUSED_TOOL_ATTR",
    "FUSED_TOOL_ATTR",
    "LIGHT_TOOL_ATTR",
)

def _tflite_options(ctx, variant):
    options = {
        "delegate": ctx.attr.delegate,
        # Bazel runs several at once: threads of one would wait busily for processors that the others have.
        "threads": "1",
    }
    if variant.custom_ops:
        options["custom-ops"] = variant.custom_ops
    return options

def _no_options(_ctx, _variant):
    return {}

# Fields:
#   made_by: the rule that makes a plain variant, for messages.
#   model_option: name of the programs' option for the model, with `out-` or `plain-` before it where there are several.
#   predict_tool, predict_command, predict_mnemonic, predict_options: the action of an `evaluation`.
#   camera_tool, camera_mnemonic: the action of a camera_variant.
#   camera_options: attributes of camera_variant that only some formats know: (the program's option, default).
RUNTIMES = {
    "mlpackage": struct(
        made_by = "coreml_variant",
        model_option = "package",
        predict_tool = "_coreml_evaluator",
        predict_command = "predict-coreml",
        predict_mnemonic = "CoremlPredict",
        predict_options = _no_options,
        camera_tool = "_coreml_fused_tool",
        camera_mnemonic = "CoremlCamera",
        camera_options = {},
    ),
    "tflite": struct(
        made_by = "tflite_variant",
        model_option = "model",
        predict_tool = "_light_tool",
        predict_command = "predict",
        predict_mnemonic = "TflitePredict",
        predict_options = _tflite_options,
        camera_tool = "_fused_tool",
        camera_mnemonic = "TfliteCamera",
        camera_options = {
            "color_order": ("--color-order", "RGB"),
            "filter": ("--filter", "bilinear_antialias"),
            "rotation_degrees": ("--turn", 0),
        },
    ),
}

PREDICT_TOOLS = dict(LIGHT_TOOL_ATTR, **COREML_EVALUATOR_ATTR)

CAMERA_TOOLS = dict(FUSED_TOOL_ATTR, **COREML_FUSED_TOOL_ATTR)
