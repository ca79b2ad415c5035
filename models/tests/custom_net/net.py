"""Writes a classifier with two operators that TensorFlow Lite has not: one of TensorFlow's, and one of our own.

    net.py --out FILE

The file is a zip of a SavedModel. `Bump` is a function that is marked to become one operator: in the SavedModel its
body is what runs, in the .tflite its kernel.
"""

import argparse
import pathlib
import tempfile
import zipfile
from typing import Any

import numpy as np
from model_press.process.tf_quiet import tensorflow

SIZE, CLASSES = 80, 4
_WIDTH = 0.5
_CHANNELS = 8
_IMPLEMENTS = (
    'name: "Bump" attr { key: "tfl_fusable_op" value { b: true } } '
    f'attr {{ key: "width" value {{ f: {_WIDTH} }} }}'
)
_TIME = (1980, 1, 1, 0, 0, 0)


def save(folder: pathlib.Path) -> None:
    """Save the net as a SavedModel: float32 [N, SIZE, SIZE, 3] in, scores [N, CLASSES] out; weights of a seed."""
    tf = tensorflow()
    rng = np.random.default_rng(0)
    kernel = tf.Variable(rng.normal(0, 0.4, (5, 5, 3, _CHANNELS)).astype(np.float32))

    @tf.function(experimental_implements=_IMPLEMENTS)
    def bump(x: Any) -> Any:
        return tf.exp(-_WIDTH * x * x)

    def features(image: Any) -> Any:
        x = tf.math.bessel_i0e(tf.nn.conv2d(image, kernel, 4, "VALID"))
        return tf.reduce_mean(bump(3.0 * x), (1, 2))

    # A head that tells flat colours apart, so that answers differ from picture to picture.
    colours = rng.uniform(-1, 1, (200, 1, 1, 3)).astype(np.float32)
    found = features(np.tile(colours, (1, SIZE, SIZE, 1))).numpy()
    logits = (found - found.mean(0)) / found.std(0) @ rng.normal(size=(_CHANNELS, CLASSES))
    design = np.c_[found, np.ones(len(found))]
    fitted = np.linalg.lstsq(design, 2 * logits / logits.std(), rcond=None)[0]
    # The last bits of a sum differ with the machine's instruction set; the file shall not.
    weights = fitted.round(2).astype(np.float32)
    dense, bias = tf.Variable(weights[:-1]), tf.Variable(weights[-1])

    def scores(image: Any) -> dict[str, Any]:
        return {"scores": tf.nn.softmax(tf.matmul(features(image), dense) + bias)}

    module = tf.Module()
    module.kept = [kernel, dense, bias]
    spec = tf.TensorSpec((None, SIZE, SIZE, 3), tf.float32, name="image")
    signature = tf.function(scores, input_signature=[spec]).get_concrete_function()
    tf.saved_model.save(module, str(folder), signatures=signature)


def main() -> None:
    """Write the zip."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(out, "w") as archive:
        folder = pathlib.Path(name)
        save(folder)
        for path in sorted(folder.rglob("*")):
            # TensorFlow writes a new random number into its fingerprint each time, and needs none.
            if path.is_file() and path.name != "fingerprint.pb":
                member = zipfile.ZipInfo(str(path.relative_to(folder)), _TIME)
                archive.writestr(member, path.read_bytes())


if __name__ == "__main__":
    main()
