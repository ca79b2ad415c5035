"""Reads compression recipes: the compression of a Keras model before its conversion."""

import dataclasses
import os
from typing import Annotated, Literal

from model_press.formats import files, strict_json
from model_press.formats.strict_json import Count, Positive, Range, RecipeName, Share

# Shares that exclude their zero, their one, or both.
_Some = Annotated[float, Range(above=0, at_most=1)]
_Above0 = Annotated[float, Range(above=0)]
_NotAll = Annotated[float, Range(at_least=0, below=1)]


@dataclasses.dataclass(frozen=True)
class Channels:
    """Removal of whole channels (channels/).

    criterion: how channels are ranked, see channels/importance.py.
    share: share of the channels that stays, 0 to 1; null with a budget.
    budget: share of the original's cost that may stay; null with a share.
    unit: what the budget counts.
    uneven: rank channels across layers, so that sensitive layers keep more; else the same share of each.
    multiple: a group keeps a multiple of this number of channels, for SIMD kernels.
    least: smallest share of a group's channels that stays.
    merge_redundant: first remove channels that are constant or equal to another, which changes no output.
    keep_layers: names of layers whose channels all stay.
    unknown_layers: what to do where channels cannot be followed: "keep" those around it, or "refuse".
    images: the most images that a criterion looks at.
    """

    criterion: Literal["l1", "bn_scale", "activation", "gradient"]
    share: _Some | None
    budget: _Some | None
    unit: Literal["parameters", "macs"]
    uneven: bool
    multiple: Positive
    least: Share
    merge_redundant: bool
    keep_layers: tuple[str, ...]
    unknown_layers: Literal["keep", "refuse"]
    images: Positive


@dataclasses.dataclass(frozen=True)
class Magnitude:
    """Zeros in place of the smallest weights (magnitude.py).

    sparsity: share of zeros in each covered kernel; 0.5 for 2:4.
    pattern: "unstructured", or "2:4": two zeros in each four consecutive inputs.
    schedule: "constant" from begin_step on, or "polynomial": rising to the target until end_share.
    begin_step, frequency: masks are set at begin_step and every `frequency` steps from there.
    end_share: share of the training at which a polynomial reaches its target.
    keep_layers: names of layers that stay dense.
    """

    sparsity: Annotated[float, Range(above=0, below=1)]
    pattern: Literal["unstructured", "2:4"]
    schedule: Literal["constant", "polynomial"]
    begin_step: Count
    frequency: Positive
    end_share: _Some
    keep_layers: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Clustering:
    """Few different values in each kernel (clustering.py).

    clusters: how many. keep_layers: names of layers that stay as they are.
    """

    clusters: Annotated[int, Range(at_least=2, at_most=256)]
    keep_layers: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Equalization:
    """Weights that int8 suits better, in a network that computes the same; no training is needed.

    cross_layer: move scales between neighbouring kernels (quantization/equalize.py).
    bias_correction: take out of the biases what rounded kernels will shift means by (quantization/bias_correction.py).
    images: the most images that bias correction looks at.
    """

    cross_layer: bool
    bias_correction: bool
    images: Positive


@dataclasses.dataclass(frozen=True)
class Quantization:
    """Training with int8's rounding (quantization/simulate.py); the ranges that it learns go into int8 variants.

    begin_share: share of the training that passes in float before, at least 0 and below 1: what zeros or clusters
      change is trained there with batch normalisation's statistics, which stay as they are afterwards.
    """

    begin_share: _NotAll


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Learning from the original's answers (Hinton et al., "Distilling the Knowledge", 2015).

    weight: share of this loss, 0 to 1; the labels have the rest. temperature: both answers are softened by it.
    """

    weight: _Some
    temperature: _Above0


@dataclasses.dataclass(frozen=True)
class Training:
    """How a model is fine-tuned.

    epochs: passes over the training images. batch: images in a step. peak_rate: the highest learning rate.
    warm_up: share of the steps in which the rate rises. weight_decay: AdamW's, on kernels.
    label_smoothing: share of a label given to all classes. seed: decides the order (or making) of the images.
    """

    epochs: Positive
    batch: Positive
    peak_rate: _Above0
    warm_up: _NotAll
    weight_decay: Annotated[float, Range(at_least=0)]
    label_smoothing: _NotAll
    distillation: Distillation | None
    seed: Count


@dataclasses.dataclass(frozen=True)
class Compression:
    """One way to make a Keras model smaller.

    The steps are channel pruning, scale equalization, weight pruning, clustering, int8 simulation and bias
    correction, in this order. Each one keeps the result of those before.

    reestimate_batch_norm: re-estimate batch-norm statistics after channel pruning.
    training: the fine-tuning, or null.
    """

    schema_version: Literal[1]
    name: RecipeName
    channels: Channels | None
    magnitude: Magnitude | None
    clustering: Clustering | None
    reestimate_batch_norm: bool
    training: Training | None
    equalization: Equalization | None = None
    quantization: Quantization | None = None


def parse(data: object, where: str) -> Compression:
    """Build a Compression from parsed JSON; a UserError names the field and the allowed values."""
    compression = strict_json.from_json(Compression, data, where)
    _check(compression, where)
    return compression


def read(path: str | os.PathLike[str]) -> Compression:
    """Read a compression recipe."""
    return parse(files.read_json(path, "compression"), f"compression {os.path.basename(path)}")


def _check(compression: Compression, where: str) -> None:
    need = strict_json.checker(where)
    channels, magnitude = compression.channels, compression.magnitude
    need(
        channels
        or magnitude
        or compression.clustering
        or compression.equalization
        or compression.quantization,
        "none of channels, magnitude, clustering, equalization and quantization is set; it would change nothing",
    )
    if channels:
        amounts = {"share": channels.share, "budget": channels.budget}
        given = [f"{field} {value}" for field, value in amounts.items() if value is not None]
        need(
            len(given) == 1,
            f"channels has {' and '.join(given) or 'neither share nor budget'}, expected exactly one of share and "
            "budget; set the other to null",
        )
    if magnitude:
        need(
            magnitude.pattern != "2:4" or magnitude.sparsity == 0.5,
            f"magnitude.pattern 2:4 means sparsity 0.5, got {magnitude.sparsity}",
        )
    if equalization := compression.equalization:
        need(
            equalization.cross_layer or equalization.bias_correction,
            "equalization has `cross_layer` and `bias_correction` both false, which changes nothing; set one of them, "
            "or equalization to null",
        )
        need(
            not (equalization.bias_correction and compression.quantization),
            "equalization has `bias_correction` true beside `quantization`, whose training corrects the biases, too; "
            "set bias_correction to false, or quantization to null",
        )
    need(
        compression.quantization is None or compression.training is not None,
        "`training` is null, but quantization learns its ranges in training; set training, or quantization to null",
    )
