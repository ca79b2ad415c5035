"""Why XNNPACK leaves a node to the built-in kernels, as far as the file tells."""

from model_press.tflite.reader import TensorInfo, TfliteFile

_QUANTISED = ("int8", "uint8")
_ACTIVATIONS = {"RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1"}
# Their second input is a weight tensor.
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"}

STANDALONE_RELU = "XNNPACK has no quantized RELU"
HYBRID = "XNNPACK has no kernel for int8 weights with float activations here"
INT16 = "XNNPACK has no int16 kernels"
DYNAMIC = "its shape is dynamic"
SPARSE = "its weights are stored sparsely"
SCALES = "its inputs and output differ in scale"
BYTE_INPUT = "it turns the uint8 pixels of the input into what the graph computes with"
OUTPUT = "it turns the scores into what the output holds"
POOL = "XNNPACK has no quantized AVERAGE_POOL_2D"
INPUTS = "XNNPACK joins at most 5 tensors"
QUANTIZED_KERNEL = "XNNPACK has no quantized kernel for it"
OTHER = "XNNPACK has no kernel for it, or not for these types and shapes"


def why_outside(file: TfliteFile, node: int) -> str:
    """Return the likeliest reason, in words that stand after "because"; the delegate itself gives none."""
    operator = file.operators[node]
    inputs = _tensors(file, operator.inputs)
    outputs = _tensors(file, operator.outputs)
    values = [t for t in inputs if not t.bytes] or inputs
    dtypes = {t.dtype for t in values + outputs}
    edge_in = {t.index for t in file.inputs} & {t.index for t in values}
    edge_out = {t.index for t in file.outputs} & {t.index for t in outputs}
    if operator.name in ("QUANTIZE", "DEQUANTIZE", "CAST"):
        if edge_in:
            return BYTE_INPUT
        if edge_out:
            return OUTPUT
    if "int16" in dtypes:
        return INT16
    if operator.name in _ACTIVATIONS and dtypes <= set(_QUANTISED):
        return _relu(file, node, values)
    if operator.name in WEIGHTED and dtypes == {"float32"}:
        weights = inputs[1] if len(inputs) > 1 else None
        if weights is not None and weights.dtype in (*_QUANTISED, "int4"):
            return HYBRID
    if dtypes <= set(_QUANTISED):
        scales = {(t.scales[:1], t.zero_points[:1]) for t in values + outputs}
        if operator.name == "CONCATENATION":
            return SCALES if len(scales) > 1 else INPUTS if len(values) > 5 else OTHER
        return POOL if operator.name == "AVERAGE_POOL_2D" else QUANTIZED_KERNEL
    if any(min(t.shape_signature[1:], default=1) < 1 for t in values + outputs):
        return DYNAMIC
    return OTHER


def _relu(file: TfliteFile, node: int, values: list[TensorInfo]) -> str:
    """Return the reason why the converter does not fuse it into the operator before."""
    read = values[0].index if values else -1
    others = [o for i, o in enumerate(file.operators) if i != node and read in o.inputs]
    if others:
        names = ", ".join(sorted({o.name for o in others}))
        return f"{STANDALONE_RELU}, and it cannot be fused: {names} reads its input too"
    return f"{STANDALONE_RELU}, and the converter did not fuse it into the operator before"


def _tensors(file: TfliteFile, indices: tuple[int, ...]) -> list[TensorInfo]:
    return [file.tensors[i] for i in indices if 0 <= i < len(file.tensors)]
