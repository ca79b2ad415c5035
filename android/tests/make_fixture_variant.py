"""Writes a model, manifest and labels that fit together, or one of the known misfits.

The model is bytes without a meaning: what is tested looks at files and never runs it.
"""

import argparse
import dataclasses
import pathlib
import sys

from model_press.formats import files, manifest

from schemas import example_set

_MODEL = b"\x1c\x00\x00\x00TFL3" + bytes(range(256)) * 64
_LABELS = ["apple", "pear", "plum", "fig"]
FAULTS = ("none", "other_model", "swapped_labels", "missing_label", "newer_runtime")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", required=True, help="recipe that the manifest names")
    parser.add_argument("--fault", choices=FAULTS, required=True)
    parser.add_argument("--out-model", type=pathlib.Path, required=True)
    parser.add_argument("--out-manifest", type=pathlib.Path, required=True)
    parser.add_argument("--out-labels", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    labels = "".join(f"{label}\n" for label in _LABELS).encode()
    plain = example_set.valid("manifest_tflite_int8")
    needs = "99.0" if args.fault == "newer_runtime" else "2.16.1"
    described = dataclasses.replace(
        plain,
        name=f"fixture_{args.recipe}",
        model=manifest.ModelFile(args.out_model.name, files.sha256_bytes(_MODEL), len(_MODEL)),
        recipe=dataclasses.replace(plain.recipe, name=args.recipe),
        output=dataclasses.replace(plain.output, shape=(1, len(_LABELS))),
        labels=manifest.Labels(args.out_labels.name, len(_LABELS), files.sha256_bytes(labels)),
        requires=dataclasses.replace(plain.requires, minimum_runtime=needs),
    )
    model = _MODEL
    if args.fault == "other_model":
        model = _MODEL[::-1]
    elif args.fault == "swapped_labels":
        labels = "".join(f"{label}\n" for label in reversed(_LABELS)).encode()
    elif args.fault == "missing_label":
        labels = "".join(f"{label}\n" for label in _LABELS[1:]).encode()
    args.out_model.write_bytes(model)
    manifest.write(args.out_manifest, described)
    args.out_labels.write_bytes(labels)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
