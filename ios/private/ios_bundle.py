"""ios-bundle: the app's sources and models as one zip that holds an app package, which Xcode opens.

The package's folder ends in .swiftpm. Files in it: Package.swift, Sources/ModelPressCore, App (screens, Generated
classes) and App/Resources (packages, manifests, labels, index.json).
"""

import dataclasses
import os
import pathlib
import zipfile
from collections.abc import Callable, Sequence

from model_press.camera_input.coreml.runner import FusedPackage
from model_press.coreml import package, verify
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import bundle, files, manifest
from model_press.formats.errors import UserError

from ios.private import swift_class

_RESOURCES = "App/Resources"


@dataclasses.dataclass(frozen=True)
class Variant:
    """Paths of a variant's package, manifest and labels."""

    package: str
    manifest: str
    labels: str


def index_of(variants: Sequence[Variant]) -> bundle.Index:
    """Return index.json of the app, whose files lie beside it: the variants in the order of the app's picker."""
    return bundle.make(
        bundle.Variant(
            manifest.read_coreml(variant.manifest).name,
            os.path.basename(variant.package),
            os.path.basename(variant.manifest),
            os.path.basename(variant.labels),
        )
        for variant in variants
    )


def write(
    out: str | os.PathLike[str],
    name: str,
    variants: Sequence[Variant],
    template: str | os.PathLike[str],
    sources: Sequence[tuple[str, str]],
) -> None:
    """Write the zip: stored, dated 1980, sorted.

    Args:
      out: the zip.
      name: the folder in it without .swiftpm.
      variants: the models, the first one is what the app begins with.
      template: Package.swift with the line `// RESOURCES` where resources are listed.
      sources: (path on disk, path in the package) of all other files.

    Raises:
      UserError: no variant, two of one name, a package or labels that are not its manifest's, or the same path twice.
    """
    members: dict[str, bytes | pathlib.Path] = {}

    def add(path: str, content: bytes | pathlib.Path) -> None:
        if path in members and _bytes(members[path]) != _bytes(content):
            raise UserError(
                f"two different files would be {path} in the app package: {_origin(members[path])} and "
                f"{_origin(content)}; give one of them another name"
            )
        members[path] = content

    for path, target in sources:
        add(target, files.require_file(path, "source"))
    for variant in variants:
        _add_variant(variant, add)
    index = index_of(variants)
    add(f"{_RESOURCES}/{bundle.INDEX}", bundle.dump(index))
    resources = [bundle.INDEX]
    for listed in index.variants:
        resources += [listed.model, listed.manifest, listed.labels]
    text = pathlib.Path(template).read_text("utf-8")
    mark = "// RESOURCES\n"
    if mark not in text:
        raise UserError(
            f"{template} has no line `{mark.strip()}`; add it to the resources of the app's target"
        )
    lines = "".join(f'        .copy("Resources/{r}"),\n' for r in dict.fromkeys(resources))
    add("Package.swift", text.replace(f"        {mark}", lines).encode())
    with files.AtomicWriter(out) as target, zipfile.ZipFile(target, "w") as archive:
        for path in sorted(members):
            info = zipfile.ZipInfo(f"{name}.swiftpm/{path}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, _bytes(members[path]))


def _add_variant(variant: Variant, add: Callable[[str, bytes | pathlib.Path], None]) -> None:
    description = manifest.read_coreml(variant.manifest)
    folder = pathlib.Path(variant.package)
    label_file = files.require_file(variant.labels, "labels").read_bytes()
    bundle.check(description, package.digest(folder), label_file, description.name)
    if description.camera_input is not None:
        FusedPackage(folder, description)
    else:
        verify.check(ImageClassifier(folder), description)
    for path in package.members(folder):
        add(f"{_RESOURCES}/{folder.name}/{path.relative_to(folder).as_posix()}", path)
    for path in (variant.manifest, variant.labels):
        add(f"{_RESOURCES}/{os.path.basename(path)}", pathlib.Path(path))
    name, source = swift_class.write(folder)
    add(f"App/Generated/{name}.swift", source.encode())


def _bytes(content: bytes | pathlib.Path) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _origin(content: bytes | pathlib.Path) -> str:
    return "one that is generated" if isinstance(content, bytes) else str(content)
