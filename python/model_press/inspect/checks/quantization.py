"""How a model is quantized, read from its tensors."""

from collections import Counter

from model_press.inspect.checks import delegate_reasons
from model_press.inspect.facts import DequantizedOps, Quantization
from model_press.tflite import layers
from model_press.tflite.reader import TensorInfo, TfliteFile

_INTEGER = ("int8", "uint8", "int16")
_CROSSING = ("QUANTIZE", "DEQUANTIZE", "CAST")


def describe(main: TfliteFile) -> Quantization:
    """Return the kind in words, weight scales counted, and floats amid integers."""
    weights = _weights(main)
    quantized = [t for t in weights if t.scales]
    activations = _activations(main)
    return Quantization(
        kind=_kind(activations, weights, quantized, main),
        activations=activations,
        per_channel=sum(len(t.scales) > 1 for t in quantized),
        per_tensor=sum(len(t.scales) == 1 for t in quantized),
        dequantized_ops=_islands(main) if activations in _INTEGER else (),
    )


def _weights(main: TfliteFile) -> list[TensorInfo]:
    """Return the second inputs of convolutions and dense layers, through the DEQUANTIZE of half-precision files."""
    made = {o.outputs[0]: o for o in main.operators if o.name == "DEQUANTIZE" and o.outputs}
    found: dict[int, TensorInfo] = {}
    for operator in main.operators:
        if operator.name not in delegate_reasons.WEIGHTED or len(operator.inputs) < 2:
            continue
        index = operator.inputs[1]
        if index in made and made[index].inputs:
            index = made[index].inputs[0]
        if index >= 0 and main.tensors[index].bytes:
            found[index] = main.tensors[index]
    return list(found.values())


def _activations(main: TfliteFile) -> str:
    """Return the element type that most nodes compute with."""
    counts = Counter(
        main.tensors[o.outputs[0]].dtype
        for o in main.operators
        if o.outputs and o.outputs[0] >= 0 and o.name not in _CROSSING
    )
    return counts.most_common(1)[0][0] if counts else "float32"


def _kind(
    activations: str, weights: list[TensorInfo], quantized: list[TensorInfo], main: TfliteFile
) -> str:
    dtypes = {t.dtype for t in weights}
    if activations in _INTEGER:
        bits = sorted({t.dtype for t in quantized}) or ["no"]
        return f"full integer: {activations} activations, {' and '.join(bits)} weights"
    if quantized:
        return f"dynamic range: {' and '.join(sorted(dtypes))} weights, float activations"
    if "float16" in dtypes:
        return "float16 weights, expanded to float32 when loaded"
    if dtypes <= {"float32"}:
        return "not quantized: float32"
    return f"{' and '.join(sorted(dtypes))} weights, {activations} activations"


def _islands(main: TfliteFile) -> tuple[DequantizedOps, ...]:
    """Return connected float operators between integer operators."""
    nodes = [
        index
        for index, o in enumerate(main.operators)
        if o.name not in _CROSSING
        and o.outputs
        and any(main.tensors[t].dtype.startswith("float") for t in o.outputs if t >= 0)
    ]
    reader: dict[int, list[int]] = {}
    for index, operator in enumerate(main.operators):
        for tensor in operator.inputs:
            reader.setdefault(tensor, []).append(index)
    writer: dict[int, list[int]] = {}
    for index in nodes:
        for tensor in main.operators[index].outputs:
            writer.setdefault(tensor, []).append(index)
    left, islands = set(nodes), []
    for start in nodes:
        if start not in left:
            continue
        group, pending = [], [start]
        while pending:
            node = pending.pop()
            if node in left:
                left.discard(node)
                group.append(node)
                for tensor in main.operators[node].outputs:
                    pending += reader.get(tensor, [])
                for tensor in main.operators[node].inputs:
                    pending += writer.get(tensor, [])
        leaves = {
            main.operators[r].name
            for node in group
            for tensor in main.operators[node].outputs
            for r in reader.get(tensor, [])
        }
        if "QUANTIZE" in leaves:
            names = tuple(main.operators[node].name for node in sorted(group))
            first = main.tensors[main.operators[min(group)].outputs[0]].name
            islands.append(DequantizedOps(names, layers.layer_of(first)))
    return tuple(islands)
