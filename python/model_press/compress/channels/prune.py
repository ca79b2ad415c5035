"""Prunes the channels of a Keras model and reports the channel groups."""

import dataclasses
from typing import Any

import numpy as np

from model_press.compress.channels import (
    channel_groups,
    channel_reader,
    cost,
    importance,
    rebuild,
    redundant,
    select,
)
from model_press.compress.channels.channel_graph import ChannelGraph
from model_press.formats.compressions import Channels
from model_press.formats.errors import UserError
from model_press.keras_io import graph as keras_graph


@dataclasses.dataclass(frozen=True)
class GroupReport:
    """One channel group. kept_because: why none of its channels could be pruned, or None."""

    layers: tuple[str, ...]
    channels: int
    kept: int
    kept_because: str | None


@dataclasses.dataclass(frozen=True)
class Pruned:
    """A pruned model.

    parameters, macs: (before, after); macs is None if they were not counted. merged: number of redundant channels.
    """

    model: Any
    groups: tuple[GroupReport, ...]
    parameters: tuple[int, int]
    macs: tuple[int, int] | None
    merged: int


def prune(
    model: Any,
    settings: Channels,
    inputs: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> Pruned:
    """Remove channels.

    Args:
      model: Keras model of either generation; it stays as it is.
      settings: what to remove.
      inputs: float32 [N, H, W, 3], normalised as the model takes them, for criteria that look at images.
      targets: int [N] class indices for the gradient; by default the model's own predictions.
    Raises:
      UserError: a hidden graph, nothing to prune, unknown layers where they are refused, an impossible budget.
    """
    graph = keras_graph.trace(model)
    channel_graph = channel_reader.read(graph)
    if settings.unknown_layers == "refuse" and channel_graph.unknown:
        shown = "; ".join(f"{name} ({reason})" for name, reason in channel_graph.unknown[:4])
        raise UserError(
            f"channels cannot be followed through every layer: {shown}; set channels.unknown_layers to "
            '"keep" to keep all channels around them'
        )
    _keep_layers(channel_graph, settings.keep_layers)
    coupling = channel_groups.find(channel_graph)
    keep = np.ones(coupling.count, bool)
    weights: dict[tuple[int, int], np.ndarray] = {}
    if settings.merge_redundant:
        keep, weights = redundant.find(graph, coupling)
    merged = int((~keep).sum())
    scores = importance.score(settings.criterion, model, graph, coupling, inputs, targets)
    scores[~keep] = -1  # removed first
    if settings.share != 1:
        keep = select.select(coupling, scores, settings)
    everything = np.ones(coupling.count, bool)
    return Pruned(
        rebuild.rebuild(graph, coupling, keep, weights),
        tuple(
            GroupReport(g.layers, len(g.sets), int(keep[g.sets].sum()), g.kept)
            for g in coupling.groups
        ),
        tuple(cost.total(coupling, k, "parameters") for k in (everything, keep)),
        tuple(cost.total(coupling, k, "macs") for k in (everything, keep)),
        merged,
    )


def _keep_layers(channel_graph: ChannelGraph, names: tuple[str, ...]) -> None:
    for name in names:
        mine = np.flatnonzero(np.array(channel_graph.producers) == name)
        if not len(mine):
            raise UserError(
                f"channels.keep_layers names '{name}', which produces no channels in the model"
            )
        channel_graph.keep(mine, name, "named in keep_layers")
