"""Checks every converted model before it is written."""

from collections.abc import Collection

import numpy as np

from model_press.formats.errors import UserError
from model_press.formats.recipes import Recipe
from model_press.tflite import custom_interpreter, reader
from model_press.tflite.custom_ops import Kernels


def check_structure(
    model: reader.TfliteFile, recipe: Recipe, custom_ops: Collection[str] = ()
) -> None:
    """Raise UserError unless the graph has the recipe's types, a static signature, no stray floats."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UserError(
            f"the converted model has {len(model.inputs)} inputs and {len(model.outputs)} outputs; expected one of each"
        )
    if custom := [name for name in model.custom_ops() if name not in custom_ops]:
        raise UserError(f"the converted model needs operators that are not builtin: {custom}")
    for what, tensor, dtype in (
        ("input", model.inputs[0], recipe.input_type),
        ("output", model.outputs[0], recipe.output_type),
    ):
        if tensor.dtype != dtype:
            raise UserError(f"the converted {what} is {tensor.dtype}; recipe asks for {dtype}")
        if min(tensor.shape_signature) < 1:
            raise UserError(
                f"the converted {what} is dynamic: {list(tensor.shape_signature)}; it must be static"
            )
    if recipe.quantized_activations:
        _check_quantized(model, recipe)


def _check_quantized(model: reader.TfliteFile, recipe: Recipe) -> None:
    if floats := model.inner_float_tensors():
        names = ", ".join(t.name for t in floats[:3])
        raise UserError(
            f"{len(floats)} tensors of the {recipe.activations} graph are still float ({names}); an "
            "operator there has no integer kernel: replace its layer or use recipe dynamic_int8"
        )
    tensor = model.inputs[0]
    if recipe.preprocess == "fused" and tensor.dtype in ("uint8", "int8"):
        expected = ((1.0,), (0 if tensor.dtype == "uint8" else -128,))
        if (tensor.scales, tensor.zero_points) != expected:
            raise UserError(
                f"the input's scale {tensor.scales} and zero point {tensor.zero_points} are not 1 and "
                f"{expected[1][0]}, so a raw pixel is not its own code; calibrate with raw pixels"
            )


def check_outputs(data: bytes, model: reader.TfliteFile, kernels: Kernels) -> None:
    """Load the model and run three images (black, white, noise): outputs must be finite.

    Custom operators run by their kernels.

    Raises UserError otherwise.
    """
    shape, dtype = model.inputs[0].shape, model.inputs[0].dtype
    noise = np.random.default_rng(0).integers(0, 256, shape)
    interpreter = custom_interpreter.interpreter(data, kernels)
    for image in (np.zeros(shape), np.full(shape, 255), noise):
        low = -128 if dtype == "int8" else 0
        output = interpreter.run((image + low).astype(dtype))
        if not np.all(np.isfinite(output.astype(np.float64))):
            raise UserError(
                f"output {model.outputs[0].name} of the converted model is not finite (NaN or infinite); check the "
                "model's weights, in particular batch normalisation statistics"
            )
