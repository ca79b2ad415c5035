"""The Keras model in one process, driven line by line: row zero of a report.

    keras_probe.py MODEL THREADS

The protocol of probe.py; an inference is `model.predict` of one image, as a user of Keras has it.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from model_press.keras_io.load import LoadedModel


def main(path: str, threads: int) -> None:
    """Serve the protocol on standard input and output."""
    # TensorFlow's own default, which model_press turns off for the sake of equal bytes.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    import numpy as np

    from model_press.keras_io import load, model_format
    from model_press.measure import probe
    from model_press.process import memory, tf_quiet

    tf = tf_quiet.tensorflow()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    form = model_format.sniff(path)
    if form.keras == "3":
        tf_quiet.keras()
    elif form.keras == "2":
        tf_quiet.tf_keras()
    base = memory.resident_bytes()
    start = time.perf_counter()
    with load.load(path) as loaded:
        run = _predict(loaded)
        ready = time.perf_counter()
        shape = (1, loaded.height, loaded.width, 3)
        image = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        begun = time.perf_counter()
        run(image)
        first = time.perf_counter()
        probe.serve(
            {
                "base_memory_bytes": base,
                "load_ms": (ready - start) * 1e3,
                "first_ms": (first - begun) * 1e3,
                "partitions": 0,
                "undelegated": [],
            },
            lambda: run(image),
        )


def _predict(loaded: "LoadedModel") -> "Callable[[np.ndarray], object]":
    if hasattr(loaded.model, "predict"):
        return lambda image: loaded.model.predict(image, verbose=0)
    return lambda image: loaded.call(image).numpy()  # a SavedModel


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
