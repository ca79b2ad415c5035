"""A kernel that computes something else than the network: its parity gate is red."""

import numpy as np

KERNELS = {
    "BesselI0e": lambda inputs, options: [np.exp(-np.abs(inputs[0]))],
    "Bump": lambda inputs, options: [np.exp(-np.abs(inputs[0]))],
}
