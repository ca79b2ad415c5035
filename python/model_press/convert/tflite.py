"""Runs TensorFlow's converter by a recipe. The result is static (batch 1), builtins only."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from model_press.convert import learned_ranges
from model_press.formats.errors import UserError
from model_press.formats.model_info import ActivationRange
from model_press.formats.recipes import Recipe
from model_press.process.tf_quiet import capture_stderr, tensorflow
from model_press.tflite import reader


def convert(
    call: Callable[[Any], Any],
    height: int,
    width: int,
    recipe: Recipe,
    samples: Callable[[], Iterator[np.ndarray]] | None,
    ranges: Sequence[ActivationRange] = (),
    custom_ops: Collection[str] = (),
) -> bytes:
    """Convert an image classifier.

    Args:
      call: from a float32 tensor [1, height, width, 3] to class scores [1, classes].
      samples: yields float32 [1, height, width, 3] inputs of `call`, for recipes that calibrate.
      ranges: learned in training; they take the place of calibrated ones in an int8 graph.
      custom_ops: names of operators that may stay in the graph as custom ones.
    Returns:
      The .tflite file; the same arguments give the same bytes.
    Raises:
      UserError: naming operators that neither TFLite's builtins nor `custom_ops` have, and the layers that use them.
    """
    tf = tensorflow()
    cast = recipe.activations == "float32" and recipe.input_type == "uint8"
    spec = tf.TensorSpec((1, height, width, 3), tf.uint8 if cast else tf.float32, name="image")

    def serve(image: Any) -> dict[str, Any]:
        return {"scores": call(tf.cast(image, tf.float32) if cast else image)}

    function = tf.function(serve, input_signature=[spec], autograph=False)
    with capture_stderr():
        concrete = function.get_concrete_function()
    _refuse_dynamic_output(concrete)
    # The converter freezes the variables that this object owns; a Keras 3 model hides its own.
    owner = tf.Module()
    owner.kept = concrete.variables
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], owner)
    _configure(converter, tf, recipe, samples)
    converter.allow_custom_ops = bool(custom_ops)
    if ranges and recipe.activations == "int8":
        learned_ranges.use(converter, ranges)
    data, failure = b"", None
    with capture_stderr() as log:
        try:
            data = converter.convert()
        except UserError:
            raise
        except Exception as error:  # the converter raises ConverterError, ValueError, RuntimeError
            failure = error
    missing = _undeclared(data, custom_ops) if data else _reported(f"{failure}\n{log[0]}")
    if data and not missing:
        return data
    raise UserError(_explain(missing, failure, concrete)) from failure


def _configure(
    converter: Any, tf: Any, recipe: Recipe, samples: Callable[[], Iterator[np.ndarray]] | None
) -> None:
    # No SELECT_TF_OPS: an operator that would need full TensorFlow on the device is an error here.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    # Per-channel dense weights make FULLY_CONNECTED version 12, which runtimes before 2.17 refuse.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = (
        not recipe.per_channel_dense
    )
    if recipe.weights in ("float32", "sparse_float32"):
        return
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if recipe.weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if not recipe.quantized_activations:
        return
    converter.representative_dataset = lambda: ([sample] for sample in samples())
    if recipe.activations == "int16":
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]
        _calibrate_once(converter)
        return
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.as_dtype(recipe.input_type)
    converter.inference_output_type = tf.as_dtype(recipe.output_type)


def _calibrate_once(converter: Any) -> None:
    """Halve the time of a conversion to 16-bit activations.

    The converter calibrates for its newer quantiser, drops that, since it has no 16-bit activations, and calibrates
    again for the older one.
    """
    quantize = converter._quantize

    def with_the_older_one(*arguments: Any) -> bytes:
        converter.experimental_new_quantizer = False
        try:
            return quantize(*arguments)
        finally:  # what follows asks for it, too
            converter.experimental_new_quantizer = True

    converter._quantize = with_the_older_one


def _refuse_dynamic_output(concrete: Any) -> None:
    shape = concrete.structured_outputs["scores"].shape
    if not shape.is_fully_defined():
        raise UserError(
            f"the model's output is {shape} for one image; its shape must not depend on the pixels"
        )


def _undeclared(data: bytes, custom_ops: Collection[str]) -> list[str]:
    found = reader.parse(data, "the converted model").custom_ops()
    return [name for name in found if name not in custom_ops]


def _reported(text: str) -> list[str]:
    """Return the operators without a builtin that the converter names."""
    found: set[str] = set()
    for line in re.findall(r"^\s*(?:TF Select|Flex|Custom) ops: (.+)$", text, re.MULTILINE):
        found |= {name.strip() for name in line.split(",")}
    return sorted(found)


def _explain(missing: Sequence[str], error: Exception | None, concrete: Any) -> str:
    """Return one line for a failed conversion: the operators without a builtin, and their layers."""
    if not missing:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = lines[0] if lines else type(error).__name__
        return f"the model cannot be converted: {reason:.400}"
    where = {name: _layers(concrete, name) for name in missing}
    shown = ", ".join(
        f"{name} (layer {', '.join(where[name])})" if where[name] else name for name in missing
    )
    return (
        f"the model uses operators that TensorFlow Lite's builtins do not have: {shown}; replace "
        "these layers, since the apps ship no TensorFlow fallback (Flex), or declare the operators with a reference "
        "kernel (`custom_ops` of tflite_variant)"
    )


def _layers(concrete: Any, operator: str) -> list[str]:
    """Return the names of the layers whose graph nodes are of a TensorFlow operator type."""
    graph = concrete.graph.as_graph_def()
    nodes = list(graph.node) + [n for f in graph.library.function for n in f.node_def]
    found = []
    for node in nodes:
        if node.op == operator:
            scopes = node.name.split("/")
            found.append(scopes[-2] if len(scopes) > 1 else scopes[0])
    return sorted(set(found))
