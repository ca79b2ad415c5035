"""Reads compression recipes: the compression of a Keras model before its conversion."""

import dataclasses
import os
from typing import Literal

from model_press.formats import files, strict_json
from model_press.formats.recipe_checks import check_name


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
    share: float | None
    budget: float | None
    unit: Literal["parameters", "macs"]
    uneven: bool
    multiple: int
    least: float
    merge_redundant: bool
    keep_layers: tuple[str, ...]
    unknown_layers: Literal["keep", "refuse"]
    images: int


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

    sparsity: float
    pattern: Literal["unstructured", "2:4"]
    schedule: Literal["constant", "polynomial"]
    begin_step: int
    frequency: int
    end_share: float
    keep_layers: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Clustering:
    """Few different values in each kernel (clustering.py).

    clusters: how many. keep_layers: names of layers that stay as they are.
    """

    clusters: int
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
    images: int


@dataclasses.dataclass(frozen=True)
class Quantization:
    """Training with int8's rounding (quantization/simulate.py); the ranges that it learns go into int8 variants.

    begin_share: share of the training that passes in float before, at least 0 and below 1: what zeros or clusters
      change is trained there with batch normalisation's statistics, which stay as they are afterwards.
    """

    begin_share: float


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Learning from the original's answers (Hinton et al., "Distilling the Knowledge", 2015).

    weight: share of this loss, 0 to 1; the labels have the rest. temperature: both answers are softened by it.
    """

    weight: float
    temperature: float


@dataclasses.dataclass(frozen=True)
class Training:
    """How a model is fine-tuned.

    epochs: passes over the training images. batch: images in a step. peak_rate: the highest learning rate.
    warm_up: share of the steps in which the rate rises. weight_decay: AdamW's, on kernels.
    label_smoothing: share of a label given to all classes. seed: decides the order (or making) of the images.
    """

    epochs: int
    batch: int
    peak_rate: float
    warm_up: float
    weight_decay: float
    label_smoothing: float
    distillation: Distillation | None
    seed: int


@dataclasses.dataclass(frozen=True)
class Compression:
    """One way to make a Keras model smaller.

    Channels go first, scales are evened out, then weights go; what is pruned stays so when it is clustered, and both
    when int8 is simulated. Biases are corrected last.

    reestimate_batch_norm: re-estimate batch-norm statistics after channel pruning.
    training: the fine-tuning, or null.
    """

    schema_version: Literal[1]
    name: str
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
    check_name(compression.name, where)
    channels, magnitude = compression.channels, compression.magnitude
    clustering = compression.clustering
    need(
        channels or magnitude or clustering or compression.equalization or compression.quantization,
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
        for field, value in amounts.items():
            need(
                value is None or 0 < value <= 1,
                f"channels.{field} is {value}, expected a share that stays, above 0 and up to 1",
            )
        need(0 <= channels.least <= 1, f"channels.least is {channels.least}, expected 0 to 1")
        need(
            channels.multiple >= 1, f"channels.multiple is {channels.multiple}, expected 1 or more"
        )
        need(channels.images >= 1, f"channels.images is {channels.images}, expected 1 or more")
    if magnitude:
        need(
            0 < magnitude.sparsity < 1,
            f"magnitude.sparsity is {magnitude.sparsity}, expected a share of zeros between 0 and 1",
        )
        need(
            magnitude.pattern != "2:4" or magnitude.sparsity == 0.5,
            f"magnitude.pattern 2:4 means sparsity 0.5, got {magnitude.sparsity}",
        )
        need(
            magnitude.frequency >= 1,
            f"magnitude.frequency is {magnitude.frequency}, expected 1 step or more",
        )
        need(
            magnitude.begin_step >= 0,
            f"magnitude.begin_step is {magnitude.begin_step}, expected 0 or more",
        )
        need(
            0 < magnitude.end_share <= 1,
            f"magnitude.end_share is {magnitude.end_share}, expected a share of the training above 0 and up to 1",
        )
    if clustering:
        need(
            2 <= clustering.clusters <= 256,
            f"clustering.clusters is {clustering.clusters}, expected 2 to 256",
        )
    if equalization := compression.equalization:
        need(
            equalization.cross_layer or equalization.bias_correction,
            "equalization has `cross_layer` and `bias_correction` both false, which changes nothing; set one of them, "
            "or equalization to null",
        )
        need(
            equalization.images >= 1,
            f"equalization.images is {equalization.images}, expected 1 or more",
        )
        need(
            not (equalization.bias_correction and compression.quantization),
            "equalization has `bias_correction` true beside `quantization`, whose training corrects the biases, too; "
            "set bias_correction to false, or quantization to null",
        )
    if quantization := compression.quantization:
        need(
            0 <= quantization.begin_share < 1,
            f"quantization.begin_share is {quantization.begin_share}, expected a share of at least 0 and below 1",
        )
        need(
            compression.training is not None,
            "`training` is null, but quantization learns its ranges in training; set training, or quantization to null",
        )
    if training := compression.training:
        need(training.epochs >= 1, f"training.epochs is {training.epochs}, expected 1 or more")
        need(training.batch >= 1, f"training.batch is {training.batch}, expected 1 or more")
        need(
            training.peak_rate > 0,
            f"training.peak_rate is {training.peak_rate}, expected a learning rate above 0",
        )
        need(
            0 <= training.warm_up < 1,
            f"training.warm_up is {training.warm_up}, expected a share of the steps of at least 0 and below 1",
        )
        need(
            training.weight_decay >= 0,
            f"training.weight_decay is {training.weight_decay}, expected 0 or more",
        )
        need(
            0 <= training.label_smoothing < 1,
            f"training.label_smoothing is {training.label_smoothing}, expected a share of at least 0 and below 1",
        )
        need(training.seed >= 0, f"training.seed is {training.seed}, expected 0 or more")
        if distillation := training.distillation:
            need(
                0 < distillation.weight <= 1,
                f"training.distillation.weight is {distillation.weight}, expected above 0 and up to 1; set "
                "distillation to null to learn from labels alone",
            )
            need(
                distillation.temperature > 0,
                f"training.distillation.temperature is {distillation.temperature}, expected above 0",
            )
