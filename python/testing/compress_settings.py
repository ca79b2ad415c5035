"""Settings that several tests of compression start from."""

import dataclasses
from typing import Any

from model_press.formats import compressions, recipes

# Half of the weights, at once.
HALF = compressions.Magnitude(
    sparsity=0.5,
    pattern="unstructured",
    schedule="constant",
    begin_step=0,
    frequency=100,
    end_share=1.0,
    keep_layers=(),
)
CHANNELS = compressions.Channels(
    criterion="l1",
    share=0.5,
    budget=None,
    unit="parameters",
    uneven=False,
    multiple=1,
    least=0.1,
    merge_redundant=False,
    keep_layers=(),
    unknown_layers="keep",
    images=8,
)
TRAINING = compressions.Training(
    epochs=2,
    batch=16,
    peak_rate=0.01,
    warm_up=0.1,
    weight_decay=0.01,
    label_smoothing=0.0,
    distillation=compressions.Distillation(weight=0.5, temperature=2.0),
    seed=1,
)
MINE = compressions.Compression(
    schema_version=1,
    name="mine",
    channels=None,
    magnitude=None,
    clustering=None,
    reestimate_batch_norm=False,
    training=TRAINING,
)


def recipe(name: str, **changes: Any) -> recipes.Recipe:
    """Return a recipe of models/recipes, with changes."""
    return dataclasses.replace(recipes.read(f"models/recipes/{name}.json"), **changes)
