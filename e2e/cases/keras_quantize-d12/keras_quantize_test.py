"""What Keras 3 quantises of a convolutional net, and what our int8 recipe does."""

import numpy as np
from model_press.convert import convert
from model_press.formats import normalization, recipes
from testing import keras_models

IMAGES, _ = keras_models.photos(20, seed=3)


def _share_of_int8(tensors: list[tuple[str, int]]) -> float:
    """Share of weight elements that are int8, of (dtype, elements)."""
    total = sum(elements for _, elements in tensors)
    return sum(elements for dtype, elements in tensors if dtype == "int8") / total


def test_keras_quantises_the_dense_layer_alone():
    model = keras_models.classifier("3")
    model.quantize("int8")
    weights = [(w.dtype, int(np.prod(w.shape))) for w in model.weights if len(w.shape) > 1]
    assert _share_of_int8(weights) < 0.5
    kept = [w.path for w in model.weights if "conv1" in w.path or "sep2" in w.path]
    assert kept and all("int8" not in w.dtype for w in model.weights if w.path in kept)


# shows: pain 0.4
def test_our_recipe_quantises_every_kernel(tmp_path):
    keras_models.classifier("3").save(tmp_path / "m.keras")
    recipe = recipes.read("models/recipes/int8.json")
    file = convert.convert_model(
        tmp_path / "m.keras", normalization.NAMED["tf"], recipe, IMAGES
    ).file
    weights = [
        (t.dtype, int(np.prod(t.shape)))
        for t in file.tensors
        if t.bytes and len(t.shape) > 1 and t.dtype != "int32"
    ]
    assert _share_of_int8(weights) > 0.9
