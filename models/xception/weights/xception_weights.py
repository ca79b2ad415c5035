"""Reads trained Xception weights: Keras' own, or a file of the user's."""

from __future__ import annotations

import tf_keras
from model_press.formats import files
from model_press.formats.errors import UserError

from models.family import xception_family


def imagenet(spec: xception_family.XceptionSpec) -> tf_keras.Model:
    """Return Xception with the weights that Keras downloads (or has in its cache).

    Raises:
      UserError: their host is not reachable.
    """
    try:
        trained = tf_keras.applications.Xception(weights="imagenet")
    except Exception as error:  # Keras raises a plain Exception for any failed download
        raise UserError(
            f"the ImageNet weights could not be downloaded ({_first_line(error)}): allow the "
            "network, or give the path of a .keras or .h5 file as --weights"
        ) from None
    return _carry_over(trained, xception_family.build(spec), "Keras' ImageNet weights")


def from_file(spec: xception_family.XceptionSpec, path: str) -> tf_keras.Model:
    """Return Xception with the weights of a `.keras` or `.h5` file.

    Args:
      spec: the Xception that the file is expected to hold.
      path: a whole model of Keras 2, or weights saved from `tf_keras.applications.Xception`.

    Raises:
      UserError: the file is missing or no such Xception.
    """
    files.require_file(path, "--weights")
    model = xception_family.build(spec)
    try:
        trained = tf_keras.models.load_model(path, compile=False)
    except Exception as whole_error:
        # Not a whole model: weights alone, perhaps, which Keras matches by order.
        try:
            model.load_weights(path)
        except Exception:
            raise UserError(
                f"--weights {path} is neither an Xception of Keras 2 nor its weights "
                f"({_first_line(whole_error)}): export it with tf_keras' model.save"
            ) from None
        return model
    return _carry_over(trained, model, f"--weights {path}")


def _carry_over(source: tf_keras.Model, target: tf_keras.Model, what: str) -> tf_keras.Model:
    """Copy all weights in order, after checking that they correspond."""
    shapes = [[tuple(weight.shape) for weight in model.weights] for model in (source, target)]
    if shapes[0] != shapes[1]:
        raise UserError(
            f"{what} has {source.count_params():,} parameters in {len(shapes[0])} arrays; expected "
            f"Xception with {target.count_params():,} in {len(shapes[1])}"
        )
    target.set_weights(source.get_weights())
    return target


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
