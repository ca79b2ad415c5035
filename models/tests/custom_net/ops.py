"""Reference kernels of the net's two operators."""

import numpy as np


def _bessel_i0e(inputs, options):
    x = inputs[0].astype(np.float64)
    return [(np.i0(x) * np.exp(-np.abs(x))).astype(np.float32)]


def _bump(inputs, options):
    x = inputs[0]
    return [np.exp(np.float32(-options["width"]) * x * x)]


KERNELS = {"BesselI0e": _bessel_i0e, "Bump": _bump}
