"""Puts models, each with its manifest and labels, into an app's assets, if they belong together.

`models/index.json` (formats/bundle.py) lists them, the app's first choice first. A model is stored as
`model.tflite`, to be mapped from the APK; with --pack, one that deflates by a fifth or more is
`model.packed`, which the APK compresses and the app unpacks to a file at its first use.
"""

import argparse
import pathlib
import re
import shutil
import sys
import zlib

from model_press.formats import bundle, files, manifest
from model_press.formats.errors import UserError

# A packed model is on the phone twice, compressed and unpacked: it must save enough of the download.
_LEAST_SAVING = 0.2


def _version(text: str) -> tuple[int, ...]:
    # A few digits each: Python turns no number of thousands of digits into an int.
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text))


def parse_manifest(text: bytes, name: str) -> manifest.TfliteManifest:
    """Return a manifest from the bytes of its file, called `name` in errors."""
    try:
        data = files.parse_json(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not valid JSON: {error}") from None
    found = manifest.parse(data, name)
    if not isinstance(found, manifest.TfliteManifest):
        raise UserError(f"{name}: format is '{found.format}', expected '{manifest.TFLITE}'")
    return found


def check(
    found: manifest.TfliteManifest,
    model: bytes,
    labels: bytes,
    *,
    recipe: str | None = None,
    runtime: str | None = None,
) -> None:
    """Raise UserError unless model and labels are those of the manifest, and the app can run the model.

    Args:
      found: the manifest.
      model: the .tflite.
      labels: the label file, one a line.
      recipe: name of the recipe that the target was made with; None to accept any.
      runtime: version of the runtime that the app ships; None to accept any.
    """
    name, camera = found.name, found.camera_input
    if recipe is not None and found.recipe.name != recipe:
        raise UserError(
            f"the manifest of {name} is of recipe {found.recipe.name}, expected {recipe}"
        )
    bundle.check(found, files.sha256_bytes(model), labels, name)
    if camera is not None and camera.rotation_degrees and not camera.is_planar:
        raise UserError(
            f"{name} rotates frames of {camera.color_order} by {camera.rotation_degrees} degrees itself, and the app "
            "hands over upright pixels; expected rotation_degrees 0, or a camera's planes (NV12, NV21)"
        )
    minimum = found.requires.minimum_runtime
    if runtime is not None and _version(minimum) > _version(runtime):
        raise UserError(
            f"{name} needs runtime {minimum:.40}, but the app ships {runtime}; choose another recipe or runtime"
        )


def _check(args: argparse.Namespace, index: int) -> None:
    check(
        manifest.read_tflite(args.manifest[index]),
        args.model[index].read_bytes(),
        args.labels[index].read_bytes(),
        recipe=args.recipe[index],
        runtime=args.runtime,
    )


def pays_to_pack(model: bytes) -> bool:
    """Return whether the model deflates by a fifth or more, as one with many equal weights does."""
    return len(zlib.compress(model, 9)) <= (1 - _LEAST_SAVING) * len(model)


def _copy(args: argparse.Namespace, index: int) -> bundle.Variant:
    name = args.name[index]
    folder = args.out / "models" / name
    folder.mkdir(parents=True)
    packed = args.pack and pays_to_pack(args.model[index].read_bytes())
    model = "model.packed" if packed else "model.tflite"
    shutil.copyfile(args.model[index], folder / model)
    shutil.copyfile(args.manifest[index], folder / "manifest.json")
    shutil.copyfile(args.labels[index], folder / "labels.txt")
    return bundle.Variant(name, f"{name}/{model}", f"{name}/manifest.json", f"{name}/labels.txt")


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
        bundle.check_names(args.name)
    except (UserError, OSError) as error:
        print(f"{args.label}: {error}", file=sys.stderr)
        return 1
    listed = bundle.make(_copy(args, index) for index in range(len(args.name)))
    (args.out / "models" / bundle.INDEX).write_bytes(bundle.dump(listed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
