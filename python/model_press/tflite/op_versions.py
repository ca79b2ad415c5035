"""The oldest TensorFlow Lite release that has every operator version of a graph.

The converter stores such a number too, but computes it before quantisation, so it is too low.
"""

from collections.abc import Iterable

# Operators that are not listed were already in this release; nobody ships an older one.
FLOOR = "2.6.0"

# First release with an operator version, for versions newer than FLOOR. Facts from TensorFlow's
# own versioning of its operators.
_SINCE = {
    "ADD": {5: "2.13.0", 6: "2.23.0"},
    "ARG_MAX": {3: "2.9.0"},
    "ARG_MIN": {3: "2.9.0"},
    "BATCH_TO_SPACE_ND": {4: "2.12.0"},
    "CAST": {
        2: "2.7.0",
        3: "2.8.0",
        4: "2.9.0",
        5: "2.12.0",
        6: "2.15.0",
        7: "2.17.0",
        8: "2.21.0",
    },
    "CONCATENATION": {4: "2.14.0", 5: "2.21.0"},
    "CONV_2D": {6: "2.9.0", 7: "2.11.0", 8: "2.15.0"},
    "DEPTHWISE_CONV_2D": {7: "2.11.0"},
    "FULLY_CONNECTED": {10: "2.11.0", 11: "2.15.0", 12: "2.17.0", 13: "2.18.0", 14: "2.21.0"},
    "GATHER": {6: "2.13.0", 7: "2.15.0"},
    "MIRROR_PAD": {3: "2.12.0"},
    "MUL": {6: "2.11.0", 7: "2.13.0", 8: "2.23.0"},
    "PACK": {4: "2.13.0"},
    "PAD": {5: "2.20.0"},
    "PADV2": {5: "2.20.0"},
    "SLICE": {6: "2.14.0", 7: "2.21.0"},
    "SPACE_TO_BATCH_ND": {4: "2.12.0"},
    "STRIDED_SLICE": {7: "2.14.0", 8: "2.14.0"},
    "TILE": {3: "2.8.0"},
    "TOPK_V2": {3: "2.13.0"},
    "TRANSPOSE": {6: "2.12.0", 7: "2.15.0", 8: "2.22.0"},
    "TRANSPOSE_CONV": {4: "2.13.0", 5: "2.15.0"},
    "UNPACK": {5: "2.22.0"},
}


def minimum_runtime(ops: Iterable[tuple[str, int]]) -> str:
    """Return the release as "major.minor.patch" for (operator name, version) pairs."""
    needed = [FLOOR]
    needed += [_SINCE[name][version] for name, version in ops if version in _SINCE.get(name, {})]
    return max(needed, key=lambda release: tuple(int(part) for part in release.split(".")))
