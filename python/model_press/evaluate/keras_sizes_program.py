"""The program that measures a Keras model's bytes as .keras and as .h5."""

import argparse
import os
import tempfile
import warnings

from model_press.formats import files, model_info
from model_press.keras_io import load, model_format
from model_press.process import command_line


def sizes(model: str | os.PathLike[str], info: model_info.ModelInfo) -> dict[str, int | None]:
    """Return {"keras_bytes", "h5_bytes"}: the size of the given file and of the model saved in the other format.

    Saved without an optimizer. None for a SavedModel, which is neither.
    """
    if info.keras == "saved_model":
        return {"keras_bytes": None, "h5_bytes": None}
    found: dict[str, int | None] = {}
    given = "keras" if model_format.sniff(model).container == "keras_zip" else "h5"
    with load.load(model) as loaded, tempfile.TemporaryDirectory() as folder:
        for extension in ("keras", "h5"):
            path = model
            if extension != given:
                path = os.path.join(folder, f"model.{extension}")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that .h5 is legacy: it is what is asked for
                    loaded.model.save(path)
            found[f"{extension}_bytes"] = os.path.getsize(path)
    return found


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--info", "--out")


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    info = model_info.read(options.info)
    files.write_json(options.out, sizes(options.model, info))


COMMAND = command_line.Command(
    "keras-sizes", "bytes of a Keras model as .keras and as .h5", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
