"""What each variant of the digits net may cost and lose, against fp32 or, for Core ML, against the Keras model."""

load("//models:defs.bzl", "bounds")

# With AMX, whose tiles hold 64 channels, the first convolutions' 3 and 8 channels take longer than in float.
def _latency(vnni, amx):
    return {"x86_64-amx_int8": amx, "x86_64-avx512_vnni": vnni}

# The bytes' cropping and cast, the scores and their choice.
_CAMERA = bounds(frames = 200, outside = ["CAST", "SLICE", "SOFTMAX", "TOPK_V2"], partitions = 1)

# Half a point of 2,000 held-out images is 0.005. Latencies were measured on a quiet 2-core AMD EPYC (avx512_vnni): int8 0.52,
# channels80_int8 0.42, macs30_int8 0.30, macs25_int8 0.271; on a busy 2-core Xeon with AMX 0.80, 0.70, 0.64, 0.60. Memory:
# dynamic_int8 0.80, int8 0.78.
_TFLITE = {
    "dynamic_int8": bounds(max_drop = 0.005, max_memory = 0.92, partitions = 12),
    "fp16": bounds(max_drop = 0.005, partitions = 2),
    "fp32": bounds(max_drop = 0, partitions = 1, reproducible = True),
    "int16x8": bounds(max_drop = 0.005),
    "int8": bounds(max_drop = 0.005, max_latency = _latency(0.65, 0.95), max_memory = 0.9, partitions = 1, reproducible = True),
    # A minute or two of training for each of two compressions; equalized has none.
    "equalized_int8": bounds(max_drop = 0.015, partitions = 1),
    "macs30": bounds(max_drop = 0.015),
    # Measured 0.049. Four bits cost time, since XNNPACK leaves such convolutions to the built-in kernels.
    "macs30_int4": bounds(max_drop = 0.015, max_size = 0.06, outside = ["CONV_2D", "QUANTIZE", "SOFTMAX"], partitions = 15),
    # The goal: a seventh of the float file.
    "macs30_int8": bounds(max_drop = 0.015, max_latency = _latency(0.4, 0.8), max_size = 0.14, partitions = 1),
    "pruned50": bounds(max_drop = 0.015),
    "pruned50_dynamic_int8": bounds(max_drop = 0.015),
    # Zeros are stored like any other weight, and show in the download alone.
    "pruned50_int8": bounds(max_drop = 0.015, max_size = 1.001, max_zipped_size = 0.8, size_baseline = "int8", partitions = 1),
    # The search's. On digits that neither search nor training has seen, two epochs of fine-tuning lose 0.020: 0.004 on the
    # selection. The four of macs30, which is the same share of multiplications, lose 0.0045.
    "best": bounds(max_drop = 0.025, max_size = 0.14, parity = ":digits_best_compression", partitions = 1),
    # The rest of the matrix.
    "channels70_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "channels80_int8": bounds(full = True, max_drop = 0.015, max_latency = _latency(0.55, 0.9), partitions = 1),
    "clustered16_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "cqat16_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "macs25_int8": bounds(full = True, max_drop = 0.015, max_latency = _latency(0.286, 0.75), max_size = 0.045, partitions = 1),
    "parameters30_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "pcqat50_16_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "pqat50_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "pruned80_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    # Sparse encoding pays at 80 % zeros.
    "pruned80_sparse_fp32": bounds(full = True, max_drop = 0.015, max_size = 0.6),
    "pruned_2_4_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    "qat_int8": bounds(full = True, max_drop = 0.015, partitions = 1),
    # Camera input.
    "fp32_camera": bounds(frames = 200),
    "fp32_planes": bounds(frames = 200),
    "int8_camera": _CAMERA,
    "int8_planes": _CAMERA,
}

# Evaluating a package takes half a minute. Those pruned once, without training after it, are held to what that costs; at 75 %
# nothing is left of this net, so pruned75 has no gate.
_COREML = {
    "coreml_fp16": bounds(max_drop = 0.005),
    "coreml_fp32": bounds(full = True, max_drop = 0.005),
    "coreml_int8": bounds(max_drop = 0.005),
    "coreml_palette4": bounds(full = True, max_drop = 0.015),
    "coreml_palette6": bounds(max_drop = 0.005),
    "coreml_palette6_uniform": bounds(full = True, max_drop = 0.005),
    "coreml_palette8": bounds(full = True, max_drop = 0.005),
    "coreml_pruned50": bounds(full = True, max_drop = 0.05),
    "coreml_pruned50_int8": bounds(full = True, max_drop = 0.05),
    "coreml_pruned50_palette6": bounds(full = True, max_drop = 0.05),
    "coreml_pruned75": bounds(full = True, parity = False),
    # Trained on after pruning.
    "coreml_macs30_int8": bounds(max_drop = 0.015, parity = False),
    "coreml_tuned50": bounds(max_drop = 0.015, parity = False),
    "coreml_tuned50_int8": bounds(max_drop = 0.015, parity = False),
    "coreml_int8_camera": bounds(),
    "coreml_int8_picture": bounds(),
}

DIGITS_BOUNDS = dict(_TFLITE, **_COREML)
