"""One model in one engine in a process of its own; the protocol is that of model_press.measure.probe.

probe.py ENGINE MODEL THREADS
"""

import sys

import numpy as np
from model_press.measure import probe

from benchmarks.peers import engines

if __name__ == "__main__":
    _name, _path, _threads = sys.argv[1:]
    _engine = engines.load(_name, _path, int(_threads))
    _pixels = np.random.default_rng(0).integers(0, 256, _engine.input_shape, np.uint8)
    _engine.bind(_pixels)
    _engine.invoke()
    probe.serve({}, _engine.invoke)
