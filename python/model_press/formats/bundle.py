"""Define index.json, the list of models that travel with an app or a Pi runner, and check what goes in.

The index lies in the folder of the models; its paths are relative to that folder.
"""

import collections
import dataclasses
import os
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from model_press.formats import files, labels, manifest, strict_json
from model_press.formats.errors import UserError
from model_press.formats.strict_json import Length, Pattern

INDEX = "index.json"
# Names without `.` and `..`, joined by /.
RelativePath = Annotated[
    str,
    Pattern(
        r"(?!\.\.?(/|$))[^/\\]+(/(?!\.\.?(/|$))[^/\\]+)*",
        "a relative path with /, without . and ..",
    ),
]


@dataclasses.dataclass(frozen=True)
class Variant:
    """One model. name: of the variant, as in its manifest. model, manifest, labels: paths relative to the index.

    model: a .tflite, the folder of an .mlpackage, or model.packed, a .tflite that the APK compresses and the app
    unpacks.
    """

    name: manifest.Name
    model: RelativePath
    manifest: RelativePath
    labels: RelativePath


@dataclasses.dataclass(frozen=True)
class Index:
    """The whole index. default: name of the variant that runs unless another is asked for."""

    schema_version: Literal[2]
    default: manifest.Name
    variants: Annotated[tuple[Variant, ...], Length(1)]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variants, in the order of the build."""
        return tuple(variant.name for variant in self.variants)

    def variant(self, name: str) -> Variant:
        """Return the variant of a name; KeyError if there is none."""
        return {variant.name: variant for variant in self.variants}[name]


def make(variants: Iterable[Variant]) -> Index:
    """Return the index of variants, the first one as default; UserError without any, or with two of one name."""
    index = Index(2, "", tuple(variants))
    if not index.variants:
        raise UserError("the bundle has no model; give at least one variant")
    index = dataclasses.replace(index, default=index.variants[0].name)
    _check(index, INDEX)
    return index


def dump(index: Index) -> bytes:
    """Return the bytes of index.json."""
    return files.dump_json(strict_json.to_json(index))


def read(path: str | os.PathLike[str]) -> Index:
    """Read and validate index.json; UserError names the field that is wrong."""
    return parse(files.read_json(path, "index"), os.path.basename(path))


def parse(data: Any, where: str) -> Index:
    """Build an Index from parsed JSON."""
    index = strict_json.from_json(Index, data, where)
    _check(index, where)
    return index


def check(found: manifest.Manifest, model_sha256: str, label_file: bytes, what: str) -> list[str]:
    """Raise UserError unless model and labels are those of the manifest.

    Args:
      found: the manifest.
      model_sha256: of the .tflite, or the digest of the package (coreml.package.digest).
      label_file: content of the labels file.
      what: names the variant in errors.

    Returns:
      The labels.
    """
    for kind, actual, expected in (
        ("model", model_sha256, found.model.sha256),
        ("labels", files.sha256_bytes(label_file), found.labels.sha256),
    ):
        if actual != expected:
            raise UserError(
                f"{kind} of {what} (sha256 {actual[:12]}…) is not the file that the manifest of {found.name} names "
                f"({expected[:12]}…); take model, manifest and labels from one target"
            )
    names = labels.parse(label_file, f"labels of {what}")
    labels.require_width(names, found.labels.count, f"labels of {what}")
    return names


def check_names(names: Iterable[str], where: str = INDEX) -> None:
    """Raise UserError if two variants have the same name."""
    twice = sorted(name for name, count in collections.Counter(names).items() if count > 1)
    if twice:
        raise UserError(
            f"{where}: variants has the name {', '.join(twice)} twice; give every variant another name"
        )


def _check(index: Index, where: str) -> None:
    check_names(index.names, where)
    if index.default not in index.names:
        raise UserError(
            f"{where}: default '{index.default}' is not among the variants {', '.join(index.names)}"
        )
