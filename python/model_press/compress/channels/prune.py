"""Channel pruning from end to end: a Keras model in, a plain smaller one and a table of groups out."""

import dataclasses
from typing import Any

import numpy as np

from model_press.compress.channels import classes as classes_lib
from model_press.compress.channels import cost, importance, rebuild, redundant, select
from model_press.compress.channels import wiring as wirings
from model_press.formats.compressions import Channels
from model_press.formats.errors import UserError
from model_press.keras_io import graph as graphs


@dataclasses.dataclass(frozen=True)
class GroupReport:
    """A group of channels. kept_because: why none could leave, or None."""

    layers: tuple[str, ...]
    channels: int
    kept: int
    kept_because: str | None


@dataclasses.dataclass(frozen=True)
class Pruned:
    """parameters, macs: (before, after). merged: channels that were found redundant."""

    model: Any
    groups: tuple[GroupReport, ...]
    parameters: tuple[int, int]
    macs: tuple[int, int]
    merged: int


def prune(
    model: Any,
    settings: Channels,
    inputs: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> Pruned:
    """Removes channels.

    Args:
      model: Keras model of either generation; it stays as it is.
      settings: what to remove.
      inputs: float32 [N, H, W, 3], normalised as the model takes them, for criteria that look at images.
      targets: int [N] class indices; without them the model's own answers are taken for the gradient.
    Raises:
      UserError: a hidden graph, nothing to prune, unknown layers where they are refused, an impossible budget.
    """
    graph = graphs.trace(model)
    wiring = wirings.read(graph)
    if settings.unknown_layers == "refuse" and wiring.unknown:
        shown = "; ".join(f"{name} ({reason})" for name, reason in wiring.unknown[:4])
        raise UserError(
            f"channels cannot be followed through every layer: {shown}; set channels.unknown_layers to "
            '"keep" to keep all channels around them'
        )
    _keep_layers(wiring, settings.keep_layers)
    classes = classes_lib.find(wiring)
    keep = np.ones(classes.count, bool)
    weights: dict[tuple[int, int], np.ndarray] = {}
    if settings.merge_redundant:
        keep, weights = redundant.find(graph, classes)
    merged = int((~keep).sum())
    scores = importance.score(settings.criterion, model, graph, classes, inputs, targets)
    scores[~keep] = -1  # leaves before anything else
    aim = select.Aim(
        settings.share,
        settings.budget,
        settings.unit,
        settings.uneven,
        settings.multiple,
        settings.least,
    )
    if settings.share != 1:
        keep = select.select(classes, scores, aim)
    everything = np.ones(classes.count, bool)
    return Pruned(
        rebuild.rebuild(graph, classes, keep, weights),
        tuple(
            GroupReport(g.layers, len(g.classes), int(keep[g.classes].sum()), g.kept)
            for g in classes.groups
        ),
        tuple(cost.total(classes, k, "parameters") for k in (everything, keep)),
        tuple(cost.total(classes, k, "macs") for k in (everything, keep)),
        merged,
    )


def _keep_layers(wiring: wirings.Wiring, names: tuple[str, ...]) -> None:
    for name in names:
        mine = np.array([wire for wire, maker in enumerate(wiring.makers) if maker == name], int)
        if not len(mine):
            raise UserError(
                f"channels.keep_layers names '{name}', which makes no channels in the model"
            )
        wiring.keep(mine, name, "named in keep_layers")
