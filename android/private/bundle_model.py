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
from typing import Any

from model_press.formats import bundle, deflate, files, manifest
from model_press.formats.errors import UserError

# A packed model is on the phone twice, compressed and unpacked: it must save enough of the download.
_LEAST_SAVING = 0.2


def _version(text: str) -> tuple[int, ...]:
    # A few digits each: Python turns no number of thousands of digits into an int.
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text))


def parse_json(text: bytes, name: str) -> Any:
    """Return the JSON value of a file's bytes; `name` is what errors call the file."""
    try:
        return files.parse_json(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not valid JSON: {error}") from None


def parse_manifest(text: bytes, name: str) -> manifest.TfliteManifest:
    """Return a manifest from the bytes of its file, called `name` in errors."""
    found = manifest.parse(parse_json(text, name), name)
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


def pays_to_pack(model: bytes) -> bool:
    """Return whether the model deflates by a fifth or more, as one with many equal weights does."""
    return deflate.size(model) <= (1 - _LEAST_SAVING) * len(model)


def _copy(files_of: list[str], name: str, out: pathlib.Path, pack: bool) -> bundle.Variant:
    model, described, labels = files_of
    folder = out / name
    folder.mkdir(parents=True)
    packed = pack and pays_to_pack(pathlib.Path(model).read_bytes())
    listed = bundle.Variant(
        name,
        f"{name}/model.packed" if packed else f"{name}/model.tflite",
        f"{name}/manifest.json",
        f"{name}/labels.txt",
    )
    shutil.copyfile(model, out / listed.model)
    shutil.copyfile(described, out / listed.manifest)
    shutil.copyfile(labels, out / listed.labels)
    return listed


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--label", required=True, help="target to name in errors")
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        nargs=5,
        metavar=("MODEL", "MANIFEST", "LABELS", "RECIPE", "NAME"),
        help="one of the app's models; the first is its first choice",
    )
    parser.add_argument("--runtime", required=True, help="version that the app ships")
    parser.add_argument("--pack", action="store_true", help="pack models where that pays")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    args = parser.parse_args(argv)
    try:
        for model, described, labels, recipe, _ in args.model:
            check(
                manifest.read_tflite(described),
                pathlib.Path(model).read_bytes(),
                pathlib.Path(labels).read_bytes(),
                recipe=recipe,
                runtime=args.runtime,
            )
        bundle.check_names(name for *_, name in args.model)
    except (UserError, OSError) as error:
        print(f"{args.label}: {error}", file=sys.stderr)
        return 1
    out = args.out / "models"
    listed = bundle.make(_copy(files_of, name, out, args.pack) for *files_of, _, name in args.model)
    (out / bundle.INDEX).write_bytes(bundle.dump(listed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
