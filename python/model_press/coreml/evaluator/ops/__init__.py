"""Computes each MIL operation. A function takes MIL's parameter names and defaults, and float32 arrays.

Semantics and defaults: Apple's MIL operator reference (coremltools' API documentation). Arrays are NCHW, and the first
axis may hold several images where the program was written for one.
"""

from collections.abc import Callable
from typing import Any

from model_press.coreml.evaluator.ops import arithmetic, shaping, windows

OPERATIONS: dict[str, Callable[..., Any]] = {
    **arithmetic.OPERATIONS,
    **shaping.OPERATIONS,
    **windows.OPERATIONS,
}
