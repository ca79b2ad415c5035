"""Makes the three small int8 models of gates_test: testing_models.py SMALL LARGE BROKEN."""

import sys
from typing import Any

import numpy as np
from model_press.process import tf_quiet


def _model(k: Any, channels: int, standalone_relu: bool) -> Any:
    image = k.Input((48, 48, 3))
    x = k.layers.Conv2D(channels, 3, activation="relu")(image)
    for _ in range(3):
        x = k.layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    if standalone_relu:
        # Its input is read twice, so the converter cannot fuse it.
        total = k.layers.Add()([x, k.layers.Conv2D(channels, 1)(x)])
        y = k.layers.Conv2D(channels, 1)(k.layers.ReLU()(total))
        x = k.layers.Add()([total, y])
    x = k.layers.GlobalAveragePooling2D()(x)
    return k.Model(image, k.layers.Dense(8, activation="softmax")(x))


def main(paths: list[str]) -> None:
    """Write the three files."""
    tf = tf_quiet.tensorflow()
    import tf_keras as k

    k.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    for path, channels, relu in zip(paths, (16, 192, 16), (False, False, True), strict=True):
        converter = tf.lite.TFLiteConverter.from_keras_model(_model(k, channels, relu))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: (
            [rng.normal(size=(1, 48, 48, 3)).astype(np.float32)] for _ in range(8)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
        with open(path, "wb") as file:
            file.write(converter.convert())


if __name__ == "__main__":
    main(sys.argv[1:])
