"""Applies a compression recipe to a Keras model: channels, weights, training, biases."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from model_press.compress import batch_norm, clustering, kernels, magnitude, training
from model_press.compress.channels import prune
from model_press.compress.checkpoint import Checkpoint
from model_press.compress.quantization import bias_correction, equalize
from model_press.compress.quantization.simulate import Simulation
from model_press.formats import compressions, files, manifest, model_info, strict_json
from model_press.formats.errors import UserError
from model_press.images import preprocess
from model_press.keras_io import graph, keras_file, load


@dataclasses.dataclass(frozen=True)
class Shift:
    """The largest shift of a channel's mean that bias correction took out of a layer, in the unit of its outputs."""

    layer: str
    largest: float


@dataclasses.dataclass(frozen=True)
class Report:
    """The results of a compression, written beside the model.

    parameters, macs: before and after. groups: the channel groups. weights: a row for each weight.
    fine_tuned: whether training followed. activation_ranges: those that a training with int8's rounding learned.
    equalized: how many pairs of kernels scales were moved between. corrected: largest shift taken out of each layer.
    """

    schema_version: int
    compression: str
    parameters: tuple[int, ...]
    macs: tuple[int, ...] | None
    merged_channels: int
    groups: tuple[prune.GroupReport, ...]
    weights: tuple[kernels.Coverage, ...]
    fine_tuned: bool
    activation_ranges: tuple[model_info.ActivationRange, ...]
    equalized: int
    corrected: tuple[Shift, ...]


def compress(
    path: str | os.PathLike[str],
    info: model_info.ModelInfo,
    compression: compressions.Compression,
    source: training.Source | None,
    fine_tune: bool,
    checkpoint: Checkpoint | None = None,
    say: Callable[[str], None] = print,
) -> tuple[Any, Report]:
    """Compress a model.

    Args:
      path: the Keras model that `info` describes.
      info: its description.
      compression: what to do.
      source: images to rank channels on, to take statistics of, and to train on; or None.
      fine_tune: False leaves the recipe's training out.
      checkpoint: keeps a training that may be killed (see checkpoint_of), or None.
      say: takes progress lines.
    Returns:
      The compressed Keras model and the report.
    Raises:
      UserError: among others, training images are missing or of another size than the model takes.
    """
    trains = fine_tune and compression.training is not None
    _check_request(info, compression, source, trains)
    normalization = info.preprocess.normalization
    with load.load(path) as loaded:
        images, classes = _images(compression, source, info)
        inputs = None if images is None else preprocess.normalize(images, normalization)
        pruned = _prune_channels(loaded, compression, inputs, classes)
        model = pruned.model
        if compression.channels and compression.reestimate_batch_norm:
            if images is None:
                raise UserError(
                    "reestimate_batch_norm needs images: set `training` to an image_set"
                )
            batch_norm.reestimate(model, images, normalization)
        equalization = compression.equalization
        moved = equalize.equalize(model) if equalization and equalization.cross_layer else ()
        observers = _observers(model, compression)
        simulation = None
        if trains:
            if compression.quantization:
                simulation = Simulation(model, compression.quantization.begin_share)
            training.fine_tune(
                model,
                compression.training,
                source,
                normalization,
                teacher=loaded.model,
                observers=observers,
                simulation=simulation,
                checkpoint=checkpoint,
                report=say,
            )
        for observer in observers:
            observer.finish()
        corrected = _correct_biases(model, compression, inputs)
        report = Report(
            schema_version=1,
            compression=compression.name,
            parameters=pruned.parameters,
            macs=pruned.macs,
            merged_channels=pruned.merged,
            groups=pruned.groups,
            weights=tuple(kernels.coverage(model, _kept_layers(compression))),
            fine_tuned=trains,
            activation_ranges=simulation.ranges() if simulation else (),
            equalized=len(moved),
            corrected=tuple(Shift(*pair) for pair in corrected.items()),
        )
        return model, report


def _check_request(
    info: model_info.ModelInfo,
    compression: compressions.Compression,
    source: training.Source | None,
    trains: bool,
) -> None:
    if info.keras == "saved_model":
        raise UserError(
            f"model {info.name} is a SavedModel, whose layers cannot be told apart; export it as .keras"
        )
    if trains and source is None:
        raise UserError(
            f"compression {compression.name} fine-tunes and needs images: set `training` to an image_set or "
            "image_stream, or `fine_tune` to False"
        )


def _prune_channels(
    loaded: load.LoadedModel,
    compression: compressions.Compression,
    inputs: np.ndarray | None,
    classes: np.ndarray | None,
) -> prune.Pruned:
    """Return the model with fewer channels, or a copy if the recipe keeps them all."""
    if compression.channels:
        return prune.prune(loaded.model, compression.channels, inputs, classes)
    parameters = (loaded.parameters, loaded.parameters)
    return prune.Pruned(graph.clone(loaded.model), (), parameters, None, 0)


def _correct_biases(
    model: Any, compression: compressions.Compression, inputs: np.ndarray | None
) -> dict[str, float]:
    """Correct the biases if the recipe says so; return the largest shift of each layer."""
    equalization = compression.equalization
    if not equalization or not equalization.bias_correction:
        return {}
    if inputs is None:
        raise UserError(
            f"compression {compression.name} corrects biases and needs images: set `training` to an image_set "
            "or image_stream, or equalization.bias_correction to false"
        )
    return bias_correction.correct(model, inputs[: equalization.images])


def _observers(model: Any, compression: compressions.Compression) -> list[Any]:
    observers = []
    if compression.magnitude:
        observers.append(magnitude.Pruner(model, compression.magnitude))
    if compression.clustering:
        keep_zeros = compression.magnitude is not None
        observers.append(clustering.Clusterer(model, compression.clustering, keep_zeros))
    return observers


def _kept_layers(compression: compressions.Compression) -> tuple[str, ...]:
    parts = (compression.magnitude, compression.clustering)
    return tuple(name for part in parts if part for name in part.keep_layers)


def checkpoint_of(
    path: str | os.PathLike[str],
    every: int,
    info: model_info.ModelInfo,
    compression: compressions.Compression,
) -> Checkpoint:
    """Return where the training of this model by this compression is kept, saved after `every` steps."""
    training_of = {"model": info.sha256, "compression": strict_json.to_json(compression)}
    return Checkpoint(path, files.sha256_bytes(files.dump_json(training_of)), every)


def _images(
    compression: compressions.Compression,
    source: training.Source | None,
    info: model_info.ModelInfo,
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the first images, for criteria and statistics, and their classes if all have one."""
    equalization = compression.equalization
    count = compression.channels.images if compression.channels else 0
    if equalization and equalization.bias_correction:
        count = max(count, equalization.images)
    if not count or source is None:
        return None, None
    seed = compression.training.seed if compression.training else 0
    # Another seed than training's: what ranks the channels is not what they are trained on first.
    ((images, classes),) = source.epochs(1, seed + 1)
    images, classes = images[:count], classes[:count]
    if images.shape[1:3] != (info.height, info.width):
        raise UserError(
            f"the images are {images.shape[1]}x{images.shape[2]}, but the model takes "
            f"{info.height}x{info.width}; give the image_set this height and width"
        )
    return images, None if (classes < 0).any() else classes


def write(
    model: Any,
    report: Report,
    info: model_info.ModelInfo,
    out_model: str | os.PathLike[str],
    out_info: str | os.PathLike[str],
    out_report: str | os.PathLike[str],
) -> None:
    """Write the compressed `.keras` file, its info.json and the report."""
    keras_file.save(model, out_model)
    described = dataclasses.replace(
        info,
        sha256=files.sha256(out_model),
        bytes=pathlib.Path(out_model).stat().st_size,
        parameters=model.count_params(),
        compression=manifest.Compression(
            name=report.compression,
            original_sha256=info.sha256,
            original_parameters=info.parameters,
            fine_tuned=report.fine_tuned,
        ),
        activation_ranges=report.activation_ranges,
    )
    files.write_json(out_info, strict_json.to_json(described))
    files.write_json(out_report, strict_json.to_json(report))
