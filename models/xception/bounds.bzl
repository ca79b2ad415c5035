"""What each variant of Xception may cost against fp32: the article's claims of size, and what was measured of latency and memory."""

load("//models:defs.bzl", "bounds")

# A CPU of another class has no bound: its ratio is printed.
def _latency(ratio):
    return {"x86_64-amx_int8": ratio, "x86_64-avx512_vnni": ratio}

# Without training a pruned net is sure of nothing (its best two classes lie 0.004 apart in the median, one step of the uint8
# output), so that which of them comes first says nothing about the conversion: no parity gate. Digits has it. Nobody has measured
# the accuracy of a real Xception without a fifth or two fifths of its channels here.
#
# Measured on one thread of a quiet 2-core AMD EPYC (avx512_vnni): latency int8 0.30, channels80_int8 0.21, channels60_int8 0.13,
# dynamic_int8 0.86; memory fp16 0.81, dynamic_int8 0.47, int8 0.32, channels80_int8 0.24, channels60_int8 0.18.
_TFLITE = {
    "dynamic_int8": bounds(max_latency = _latency(0.95), max_memory = 0.52, max_size = 0.26, partitions = 34),
    "fp16": bounds(max_memory = 0.88, max_size = 0.51, partitions = 2),
    # 91.3 MB within 1 %.
    "fp32": bounds(max_bytes = 92213000, partitions = 1),
    # Reference kernels alone: seconds an image.
    "int16x8": bounds(max_size = 0.27, slow = True),
    "int8": bounds(max_latency = _latency(0.4), max_memory = 0.38, max_size = 0.27, partitions = 1),
    # Two fifths of the channels of every layer removed.
    "channels60_int8": bounds(max_latency = _latency(0.16), max_memory = 0.2, max_size = 0.11, parity = False, partitions = 1),
    # A fifth. Minutes more, of which a default run has to have few.
    "channels80_int8": bounds(
        full = True,
        max_latency = _latency(0.3),
        max_memory = 0.29,
        max_size = 0.185,
        parity = False,
        partitions = 1,
    ),
    "int8_camera": bounds(full = True),
}

# Half a second an image. The untrained weights have no answer left when half of them are gone: no parity gate on pruned ones.
_COREML = {
    "coreml_fp16": bounds(max_size = 0.51),
    "coreml_fp32": bounds(full = True),
    "coreml_int8": bounds(max_size = 0.26),
    "coreml_palette4": bounds(full = True, max_size = 0.14),
    "coreml_palette6": bounds(full = True, max_size = 0.2),
    "coreml_palette6_uniform": bounds(full = True),
    "coreml_palette8": bounds(full = True, max_size = 0.26),
    "coreml_pruned50": bounds(full = True, max_size = 0.3, parity = False),
    "coreml_pruned50_int8": bounds(full = True, max_size = 0.17, parity = False),
    "coreml_pruned50_palette6": bounds(full = True, parity = False),
    "coreml_pruned75": bounds(full = True, max_size = 0.18, parity = False),
}

XCEPTION_BOUNDS = dict(_TFLITE, **_COREML)
