"""import-model: checks a user's Keras model and brings it into the build, byte for byte."""

import os
import pathlib
from typing import Literal

from model_press.formats import files, labels, manifest, model_info, strict_json
from model_press.formats.normalization import Normalization
from model_press.keras_io import hdf5_probe, load, model_format


def import_model(
    source: str | os.PathLike[str],
    labels_path: str | None,
    pre: Normalization,
    fit: Literal["crop", "stretch"],
    trained: bool,
    name: str,
    out_model: str | os.PathLike[str],
    out_info: str | os.PathLike[str],
    out_labels: str | os.PathLike[str],
) -> None:
    """Write the model (a copy, or a deterministic zip of a SavedModel), its info.json and labels.

    Raises:
      UserError: as load.load, and when the labels do not match the model's outputs.
    """
    hdf5_probe.require_sound(source)
    form = model_format.sniff(source)
    with load.load(source) as loaded:
        if labels_path is None:
            names = labels.default(loaded.classes)
        else:
            names = labels.read(labels_path)
            labels.require_width(names, loaded.classes, f"labels {labels_path}")
        if form.container == "saved_model_dir":
            model_format.zip_directory(source, out_model)
        else:
            files.copy(source, out_model)
        info = model_info.ModelInfo(
            schema_version=1,
            name=name,
            keras=loaded.keras,
            sha256=files.sha256(out_model),
            bytes=pathlib.Path(out_model).stat().st_size,
            parameters=loaded.parameters,
            input=model_info.Port(loaded.input_name, _shape(loaded.input_shape)),
            output=model_info.Port(loaded.output_name, _shape(loaded.output_shape)),
            classes=loaded.classes,
            preprocess=model_info.InfoPreprocess(
                pre.color_order, pre.mean, pre.std, manifest.Resize(fit, "bilinear_antialias")
            ),
            trained=trained,
        )
    files.write_bytes(out_labels, labels.dump(names))
    files.write_json(out_info, strict_json.to_json(info))


def _shape(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    return tuple(size or 0 for size in shape)
