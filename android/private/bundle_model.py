"""Puts models, each with its manifest and labels, into an app's assets, if they belong together.

`models/index.txt` lists them, one a line, the app's first choice first. A model is stored as
`model.tflite`, to be mapped from the APK; with --pack, one that deflates by a fifth or more is
`model.packed`, which the APK compresses and the app unpacks to a file at its first use.
"""

import argparse
import hashlib
import json
import pathlib
import re
import shutil
import sys
import zlib
from typing import Any

# A packed model is on the phone twice, compressed and unpacked: it must save enough of the download.
_LEAST_SAVING = 0.2
_FUSED_SCHEMA = 2
_LONGEST = 300


class BundleError(Exception):
    """A one-line reason why the three files are not one model."""


def _version(text: object) -> tuple[int, ...]:
    # A few digits each: Python turns no number of thousands of digits into an int.
    return tuple(int(number) for number in re.findall(r"\d{1,9}", str(text)))


def one_line(text: object) -> str:
    """Return the text of a file in one line."""
    return " ".join(str(text).split())[:_LONGEST]


def read_manifest(path: pathlib.Path) -> dict[str, Any]:
    """Return the manifest; raise BundleError if it is not a JSON object."""
    try:
        return parse_manifest(path.read_bytes(), path.name)
    except OSError as error:
        raise BundleError(f"{path.name}: not a manifest: {error}") from None


def parse_manifest(text: bytes, name: str) -> dict[str, Any]:
    """Return a manifest from the bytes of its file, called `name` in errors; raise BundleError if it is none."""
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name}: not a manifest: {one_line(error)}") from None
    if not isinstance(manifest, dict):
        raise BundleError(f"{name}: not a manifest: expected a JSON object")
    return manifest


def check(
    manifest: dict[str, Any],
    model: bytes,
    labels: bytes,
    *,
    recipe: str | None = None,
    runtime: str | None = None,
) -> None:
    """Raise BundleError unless model and labels are those of the manifest.

    Args:
      manifest: content of manifest.json.
      model: the .tflite.
      labels: the label file, one a line.
      recipe: name of the recipe that the target was made with; None to accept any.
      runtime: version of the runtime that the app ships; None to accept any.
    """
    name = one_line(manifest.get("name", "?"))
    try:
        wanted_model = manifest["model"]["sha256"]
        wanted_labels = manifest["labels"]["sha256"]
        wanted_count = manifest["labels"]["count"]
        # A model that chooses the best classes itself (schema 2) has as many scores as it answers.
        fused = manifest.get("schema_version") == _FUSED_SCHEMA
        width = wanted_count if fused else manifest["output"]["shape"][-1]
        entry = manifest.get("entry", {}) if fused else {}
        turn, order = entry.get("turn", 0), str(entry.get("color_order", ""))
        made_with = manifest["recipe"]["name"]
        minimum = manifest.get("minimum_runtime", "0")
    except (KeyError, TypeError, IndexError) as error:
        raise BundleError(f"manifest of {name}: field {one_line(error)} is missing") from None
    found = hashlib.sha256(model).hexdigest()
    if found != wanted_model:
        raise BundleError(
            f"the model is not the one that the manifest of {name} (recipe {one_line(made_with)}) describes: "
            f"sha256 {found}, expected {one_line(wanted_model)}"
        )
    if recipe is not None and made_with != recipe:
        raise BundleError(
            f"the manifest of {name} is of recipe {one_line(made_with)}, expected {recipe}"
        )
    try:
        count = len(labels.decode("utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise BundleError(
            f"the labels of {name} are not UTF-8 text ({error}); save them as UTF-8"
        ) from None
    if count != wanted_count or count != width:
        raise BundleError(
            f"{count} labels, but the manifest of {name} says {one_line(wanted_count)} "
            f"and the model has {one_line(width)} outputs"
        )
    found = hashlib.sha256(labels).hexdigest()
    if found != wanted_labels:
        raise BundleError(
            f"the labels are not those of the manifest of {name}: "
            f"sha256 {found}, expected {one_line(wanted_labels)}"
        )
    if turn and not order.startswith("NV"):
        raise BundleError(
            f"{name} turns frames of {order} by {turn} degrees itself, and the app hands over upright pixels; expected "
            "turn 0, or a camera's planes (NV12, NV21)"
        )
    if runtime is not None and _version(minimum) > _version(runtime):
        raise BundleError(
            f"{name} needs runtime {one_line(minimum)}, but the app ships {runtime}; "
            "choose another recipe or runtime"
        )


def _check(args: argparse.Namespace, index: int) -> None:
    check(
        read_manifest(args.manifest[index]),
        args.model[index].read_bytes(),
        args.labels[index].read_bytes(),
        recipe=args.recipe[index],
        runtime=args.runtime,
    )


def pays_to_pack(model: bytes) -> bool:
    """Return whether the model deflates by a fifth or more, as one with many equal weights does."""
    return len(zlib.compress(model, 9)) <= (1 - _LEAST_SAVING) * len(model)


def _copy(args: argparse.Namespace, index: int) -> None:
    folder = args.out / "models" / args.name[index]
    folder.mkdir(parents=True)
    packed = args.pack and pays_to_pack(args.model[index].read_bytes())
    shutil.copyfile(args.model[index], folder / ("model.packed" if packed else "model.tflite"))
    shutil.copyfile(args.manifest[index], folder / "manifest.json")
    shutil.copyfile(args.labels[index], folder / "labels.txt")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--label", required=True, help="target to name in errors")
    for name, kind in (
        ("--model", pathlib.Path),
        ("--manifest", pathlib.Path),
        ("--labels", pathlib.Path),
        ("--recipe", str),
        ("--name", str),
    ):
        parser.add_argument(name, type=kind, action="append", required=True, help="once a model")
    parser.add_argument("--runtime", required=True, help="version that the app ships")
    parser.add_argument("--pack", action="store_true", help="pack models where that pays")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    args = parser.parse_args(argv)
    try:
        for index in range(len(args.name)):
            _check(args, index)
    except (BundleError, OSError) as error:
        print(f"{args.label}: {error}", file=sys.stderr)
        return 1
    for index in range(len(args.name)):
        _copy(args, index)
    (args.out / "models" / "index.txt").write_text("".join(f"{name}\n" for name in args.name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
