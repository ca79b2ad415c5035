"""Why a node stays outside XNNPACK, read from the file."""

import pytest

from model_press.inspect.checks import delegate_reasons
from model_press.tflite.reader import Operator, TensorInfo, TfliteFile


def _tensor(index: int, dtype: str, scale: float = 0.5, size: int = 0, batch: int = 1):
    shape = (1, 4, 4, 8)
    scales = () if dtype == "float32" else (scale,)
    return TensorInfo(
        index, f"t{index}", shape, (batch, *shape[1:]), dtype, scales, (0,) * len(scales), size
    )


def _why(name: str, inputs: list[TensorInfo], output: TensorInfo, *others: Operator) -> str:
    """Why a node of these tensors, between an input and an output of the graph that it does not touch, is outside."""
    tensors = sorted([*inputs, output], key=lambda t: t.index)
    ends = tuple(_tensor(len(tensors) + i, "uint8") for i in range(2))
    node = Operator(name, 1, False, tuple(t.index for t in inputs), (output.index,))
    file = TfliteFile((*tensors, *ends), ends[:1], ends[1:], (node, *others))
    return delegate_reasons.why_outside(file, 0)


def test_a_relu_whose_input_is_read_twice_names_the_other_reader():
    other = Operator("ADD", 1, False, (0, 0), (1,))
    said = _why("RELU", [_tensor(0, "int8")], _tensor(1, "int8"), other)
    assert (
        said
        == f"{delegate_reasons.STANDALONE_RELU}, and it cannot be fused: ADD reads its input too"
    )
    assert "did not fuse it" in _why("RELU6", [_tensor(0, "int8")], _tensor(1, "int8"))


@pytest.mark.parametrize(
    "name, dtypes, reason",
    [
        ("AVERAGE_POOL_2D", ["int8", "int8"], delegate_reasons.POOL),
        ("SOFTMAX", ["int8", "int8"], delegate_reasons.QUANTIZED_KERNEL),
        ("CONV_2D", ["int16", "int16"], delegate_reasons.INT16),
        ("SVD", ["float32", "float32"], delegate_reasons.OTHER),
        ("CONCATENATION", ["int8"] * 7, delegate_reasons.INPUTS),
        ("CONCATENATION", ["int8"] * 3, delegate_reasons.OTHER),
    ],
)
def test_by_operator_and_element_type(name, dtypes, reason):
    *inputs, output = [_tensor(i, dtype) for i, dtype in enumerate(dtypes)]
    assert _why(name, inputs, output) == reason


def test_scales_of_a_concatenation_must_agree():
    inputs = [_tensor(0, "int8", 0.5), _tensor(1, "int8", 0.25)]
    assert _why("CONCATENATION", inputs, _tensor(2, "int8", 0.5)) == delegate_reasons.SCALES


def test_integer_weights_with_float_activations():
    weights = _tensor(1, "int8", size=128)
    inputs = [_tensor(0, "float32"), weights]
    assert _why("DEPTHWISE_CONV_2D", inputs, _tensor(2, "float32")) == delegate_reasons.HYBRID


def test_the_ends_of_the_graph():
    image, inner = _tensor(0, "uint8"), _tensor(1, "int8")
    node = Operator("QUANTIZE", 1, False, (0,), (1,))
    assert delegate_reasons.why_outside(TfliteFile((image, inner), (image,), (), (node,)), 0) == (
        delegate_reasons.BYTE_INPUT
    )
    assert (
        delegate_reasons.why_outside(TfliteFile((image, inner), (), (inner,), (node,)), 0)
        == delegate_reasons.OUTPUT
    )
