"""Turns facts into findings: problems, their reasons and advice."""

from collections import Counter
from collections.abc import Iterator, Sequence

from model_press.inspect.checks import delegate_reasons
from model_press.inspect.facts import (
    Finding,
    Loader,
    Quantization,
    Running,
    UndelegatedOp,
    Weights,
    WeightTensor,
)
from model_press.tflite.reader import FLEX_PREFIX, TfliteFile

# Below this share of the time, or of the weights, a thing is not worth anybody's work.
_WORTH_NAMING = 0.02
_WORTH_SHARE = 0.05
_MB = 1e6
# TFLite's sparse encoding keeps an index beside every value: int8 shrinks from about 70 % zeros, float from about 55 %.
_ZEROS_WORTH_SPARSE = 0.7
_MANY_ZEROS = 0.3
# org.tensorflow:tensorflow-lite-select-tf-ops, the newest release that Maven has: its library for arm64-v8a, as an APK
# stores it (docs/rewrites.md). There is none for TensorFlow Lite 2.16.1.
SELECT_TF_VERSION, SELECT_TF_MB = "2.14.0", 98.7
_ORDER = ("error", "slow", "large", "risk", "note")

_CURES = {
    delegate_reasons.STANDALONE_RELU: (
        'put "relu" into the "rewrites" of the recipe (recipe int8 has it); with another converter, MaxPooling2D(1) '
        "before the ReLU lets it fuse and changes no value; check with delegation_test"
    ),
    delegate_reasons.HYBRID: (
        "give it representative images: recipe int8 (`calibration` set) has fast kernels for it; or leave these "
        "weights float"
    ),
    delegate_reasons.INT16: (
        "use recipe int8; keep int16x8 for a model that loses accuracy in int8 and may be slow"
    ),
    delegate_reasons.DYNAMIC: "convert with a static shape: batch 1, height and width as numbers",
    delegate_reasons.SPARSE: "store the weights densely (strip pruning without the sparsity optimisation)",
    delegate_reasons.SCALES: (
        "calibrate with images that bring the inputs' ranges together, or put the concatenated branches through "
        "one activation with fixed range (ReLU6) so that their scales agree"
    ),
    delegate_reasons.POOL: (
        'put "pooling" and, for padded windows, "dequantized_ops" into the "rewrites" of the recipe (recipe int8 has '
        "both); with another converter, a DepthwiseConv2D of constant weights computes an unpadded average"
    ),
    delegate_reasons.INPUTS: (
        'put "concatenation" into the "rewrites" of the recipe (recipe int8 has it), or join in two steps'
    ),
    delegate_reasons.QUANTIZED_KERNEL: (
        '"gelu", "math" and "nearest" among the "rewrites" of the recipe keep these in the delegate, and '
        '"dequantized_ops" runs hard-swish, PReLU, maximum and minimum in float inside it; replace another layer by '
        "one that XNNPACK quantizes (convolution, dense, add, mul, max pooling, global average pooling, resize, "
        "sigmoid, tanh, leaky ReLU)"
    ),
    delegate_reasons.OTHER: (
        "replace the layer by convolutions, dense layers or pooling, or move it out of the model"
    ),
}


def find(
    main: TfliteFile,
    quantization: Quantization,
    weights: Sequence[Weights],
    tensors: Sequence[WeightTensor],
    loaders: Sequence[Loader],
    running: Running | None,
    sparse_obstacles: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Return all findings, gravest first, then by their share of the time.

    Args:
      sparse_obstacles: why no sparse kernel can run the graph (see sparse_kernels.obstacles).
    """
    found = [
        *_loading(main, loaders, running),
        *_undelegated(running),
        *_islands(quantization, running),
        *_input(main, quantization),
        *_zeros(weights, tensors, sparse_obstacles),
        *_formats(main, quantization, weights),
        *_scales(quantization),
    ]
    found.sort(key=lambda f: (_ORDER.index(f.severity), -(f.share or 0)))
    return tuple(found)


def _loading(
    main: TfliteFile, loaders: Sequence[Loader], running: Running | None
) -> Iterator[Finding]:
    flex = [name for name in main.custom_ops() if name.startswith(FLEX_PREFIX)]
    custom = [name for name in main.custom_ops() if not name.startswith(FLEX_PREFIX)]
    if flex:
        yield Finding(
            "error",
            f"needs full TensorFlow for {', '.join(flex)}",
            "the converter found no TensorFlow Lite operator and fell back to Select TF",
            "replace the layers that use them and convert without SELECT_TF_OPS; the Select TF library "
            f"{SELECT_TF_VERSION} adds {SELECT_TF_MB:.0f} MB to an app for arm64",
        )
    if custom:
        yield Finding(
            "error",
            f"has custom operators: {', '.join(custom)}",
            "no stock runtime knows them",
            "register their kernels in the app, or rewrite the layers with builtin operators",
        )
    for loader in loaders:
        late = [reason for reason in loader.reasons if "version" in reason]
        if not late:
            continue
        dense = any(reason.startswith("FULLY_CONNECTED") for reason in late)
        yield Finding(
            "error",
            f"does not load in {loader.runtime}: {'; '.join(late)}",
            "per-channel scales of dense layers raised the operator's version"
            if dense
            else "the converter was newer than the runtime",
            'set "per_channel_dense": false in the recipe, put "dense_scales" into its "rewrites", or ship a newer '
            "runtime"
            if dense
            else "ship a newer runtime, or convert with the TensorFlow release of the runtime",
        )
    if running is not None and running.failure and not flex and not custom:
        yield Finding(
            "error",
            f"does not run in {running.runtime}: {running.failure}",
            "the runtime refuses the file or one of its operators",
            "build the file again; if it stays, replace the operator that the message names",
        )


def _undelegated(running: Running | None) -> Iterator[Finding]:
    if running is None:
        return
    groups: dict[str, list[UndelegatedOp]] = {}
    for op in running.undelegated:
        if op.why not in (delegate_reasons.BYTE_INPUT, delegate_reasons.OUTPUT):
            groups.setdefault(_kind(op.why), []).append(op)
    for kind, ops in groups.items():
        shares = [op.share for op in ops if op.share is not None]
        share = round(min(1.0, sum(shares)), 4) if shares else None
        if share is not None and share < _WORTH_NAMING:
            continue
        cost = "" if share is None else f", about {share:.0%} of the time"
        names = ", ".join(
            f"{count} {name}" for name, count in Counter(op.op for op in ops).most_common()
        )
        effect = "; the graph is cut there" if running.partitions > 1 else ""
        yield Finding(
            "slow" if share is None or share >= _WORTH_SHARE else "note",
            f"outside XNNPACK: {names}{cost} (layers {_some([op.layer for op in ops])})",
            Counter(op.why for op in ops).most_common(1)[0][0] + effect,
            _CURES[kind],
            share,
        )


def _kind(why: str) -> str:
    return next((known for known in _CURES if why.startswith(known)), delegate_reasons.OTHER)


def _islands(quantization: Quantization, running: Running | None) -> Iterator[Finding]:
    outside = {(op.op, op.layer) for op in running.undelegated} if running else set()
    for island in quantization.dequantized_ops:
        named = (
            f"dequantized operator at {island.layer}: {_some(island.ops)} between integer operators"
        )
        if (
            running
            and running.partitions
            and not any((op, island.layer) in outside for op in island.ops)
        ):
            yield Finding(
                "note",
                named,
                "XNNPACK runs it in float inside its partition, so it costs little here",
                'leave it where the app runs on processors; for integer-only hardware take "dequantized_ops" out of '
                'the "rewrites" of the recipe or replace the layer',
            )
            continue
        yield Finding(
            "slow",
            named,
            "these operators have no integer kernel, so values are turned to float and back around them",
            "replace the layers, or recipe dynamic_int8 if they must stay",
        )


def _input(main: TfliteFile, quantization: Quantization) -> Iterator[Finding]:
    if quantization.activations in ("int8", "uint8"):
        for tensor in main.inputs:
            if tensor.dtype == "float32":
                yield Finding(
                    "note",
                    f"integer model, but input {tensor.name} is float32",
                    "the app makes four times the bytes, only for a QUANTIZE to turn them into integers",
                    'take pixels as they are: "input_type": "uint8" and "preprocess": "fused" in the recipe '
                    "(inference_input_type in the converter)",
                )
    for tensor in main.inputs:
        if min(tensor.shape_signature[1:], default=1) < 1:
            yield Finding(
                "risk",
                f"input {tensor.name} has a dynamic size: {list(tensor.shape_signature)}",
                "it is loaded as 1 where it is open; the app must resize it, and XNNPACK leaves operators of unknown "
                "shape to the built-in kernels",
                "convert with height and width as numbers",
            )
        elif min(tensor.shape_signature, default=1) < 1:
            yield Finding(
                "note",
                f"input {tensor.name} has a dynamic batch, loaded as 1",
                "runtimes plan memory for the batch they load; resizing it later plans again",
                "convert with batch 1 where the app shows one image at a time (a static signature)",
            )


def _zeros(
    weights: Sequence[Weights], tensors: Sequence[WeightTensor], obstacles: Sequence[str]
) -> Iterator[Finding]:
    elements = sum(t.elements for t in weights)
    zeros = sum(t.elements * t.zeros for t in weights) / max(1, elements)
    sparse = [t for t in tensors if t.sparse]
    if sparse:
        few = [t for t in sparse if t.zeros < _ZEROS_WORTH_SPARSE]
        if few:
            yield Finding(
                "large",
                f"{len(few)} of {len(sparse)} sparse tensors have under 70 % zeros ({_some([t.layer for t in few])})",
                "the sparse encoding keeps an index beside every value, so below about 70 % zeros it is bigger "
                "than dense int8",
                "store them densely; zipping takes the zeros out of the download",
            )
        yield Finding(
            "risk",
            f"{len(sparse)} tensors are stored sparsely",
            "runtimes unpack them at load (memory, start time); sparse int8 fails under XNNPACK's default delegate",
            "measure it on the device before shipping; pruning whole channels is small and fast everywhere",
        )
    elif zeros >= _MANY_ZEROS:
        yield Finding(
            "large",
            f"{zeros:.0%} of the weights are zero, but stored like any other value",
            "a .tflite keeps zeros densely: pruning shrinks the zipped download only, and no kernel skips them"
            + _slowness(obstacles),
            "count the zipped size (`zipped = True` in size_test), or prune whole channels instead",
        )


def _slowness(obstacles: Sequence[str]) -> str:
    if not obstacles:
        return ""
    more = f" and {len(obstacles) - 1} more reasons" if len(obstacles) > 1 else ""
    return f"; XNNPACK's sparse kernels cannot run this graph: {obstacles[0]}{more}"


def _formats(
    main: TfliteFile, quantization: Quantization, weights: Sequence[Weights]
) -> Iterator[Finding]:
    total = sum(w.bytes for w in weights)
    floats = sum(w.bytes for w in weights if w.dtype == "float32")
    if quantization.kind.startswith("not quantized") and total > _MB:
        yield Finding(
            "large",
            f"{floats / _MB:.1f} MB of float32 weights",
            "nothing is quantized",
            "recipe int8 is a quarter of the size and faster (needs representative images); dynamic_int8 is a "
            "quarter without images; fp16 is half and changes hardly any answer",
        )
    elif quantization.kind.startswith("float16") and total > _MB:
        yield Finding(
            "note",
            "float16 weights save size only",
            "they become float32 at load: memory and speed are those of the float model",
            "recipe int8 where memory or speed matter",
        )
    elif floats > max(_WORTH_NAMING * total, 0.1 * _MB):
        yield Finding(
            "large",
            f"{floats / _MB:.1f} of {total / _MB:.1f} MB of weights are still float32",
            "the converter leaves small tensors and layers without an integer kernel in float",
            "see the weight tensors (--json) for the layers; replace those without an integer kernel",
        )
    dequantized = sum(o.name == "DEQUANTIZE" for o in main.operators)
    if quantization.kind.startswith("dynamic range") and dequantized > 3:
        yield Finding(
            "note",
            f"{dequantized} DEQUANTIZE operators expand weights to float",
            "their readers have no kernel for int8 weights with float activations",
            "recipe int8 (needs representative images)",
        )


def _scales(quantization: Quantization) -> Iterator[Finding]:
    per_tensor, per_channel = quantization.per_tensor, quantization.per_channel
    # One dense layer with one scale is what keeps old runtimes able to load the file.
    if per_tensor > 1 and per_tensor > per_channel:
        yield Finding(
            "risk",
            f"{per_tensor} of {per_tensor + per_channel} weight tensors have one scale for all channels",
            "a channel with small weights then gets few codes, which costs accuracy, most of all in depthwise layers",
            "convert with per-channel scales (the default of TensorFlow 2's converter), or train quantization-aware",
        )


def _some(names: Sequence[str]) -> str:
    """Return up to four different names, in order."""
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - 4} more" if len(distinct) > 4 else ""
    return ", ".join(distinct[:4]) + more
