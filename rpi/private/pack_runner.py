"""Packs sources, packages and models into one executable file, the same bytes for the same inputs.

The file is a zip behind a `#!` line. Layout: __main__.py, runner.json, NOTICE.txt, app/, site/<tag>/,
models/<variant>/. Models are stored, everything else is deflated.
"""

import argparse
import fnmatch
import hashlib
import os
import pathlib
import zipfile
from collections.abc import Iterator

from model_press.formats import bundle, files, manifest
from model_press.formats.errors import UserError
from model_press.process import command_line

_SHEBANG = b"#!/usr/bin/env python3\n"
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that zip can tell
# ai-edge-litert: the interpreter needs its wrapper and the common library; the rest compiles, converts or drives GPUs.
_KEPT_LITERT = (
    "__init__.py",
    "_pywrap_litert_interpreter_wrapper.so",
    "interpreter.py",
    "libpywrap_litert_common.so",
    "metrics_interface.py",
    "metrics_portable.py",
    "schema_py_generated.py",
)
_DROPPED = (
    "*.a",
    "*.c",
    "*.h",
    "*.pxd",
    "*.pyc",
    "*.pyi",
    "*.pyx",
    "*/include/*",
    "*/tests/*",
    "numpy/_pyinstaller/*",
    "numpy/distutils/*",
    "numpy/f2py/*",
    "numpy/random/_examples/*",
    "numpy/random/lib/*",
    "werkzeug/debug/shared/*",
)


def keeps(path: str) -> bool:
    """Return whether the runner carries a file, given its path in the site folder."""
    package, _, rest = path.partition("/")
    if package.endswith(".dist-info"):
        return True  # numpy's licences lie in folders named like what is dropped below
    if package == "ai_edge_litert":
        return rest in _KEPT_LITERT
    return not any(fnmatch.fnmatchcase(path, pattern) for pattern in _DROPPED)


def _site(tag: str, folder: str) -> Iterator[tuple[str, pathlib.Path]]:
    root = pathlib.Path(folder)
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and keeps(name):
            yield f"site/{tag}/{name}", path


def _variant(paths: str) -> Iterator[tuple[str, pathlib.Path]]:
    """Return the three files of NAME=MODEL,MANIFEST,LABELS; UserError unless they belong together."""
    name, _, rest = paths.partition("=")
    model, manifest_path, labels_path = rest.split(",")
    found = manifest.read_tflite(manifest_path)
    bundle.check(found, files.sha256(model), pathlib.Path(labels_path).read_bytes(), name)
    if found.requires.custom_ops:
        raise UserError(
            f"{name} needs custom operators {', '.join(found.requires.custom_ops)}, the runner has none"
        )
    yield f"models/{name}/model.tflite", pathlib.Path(model)
    yield f"models/{name}/manifest.json", pathlib.Path(manifest_path)
    yield f"models/{name}/labels.txt", pathlib.Path(labels_path)


def contents(options: argparse.Namespace) -> dict[str, pathlib.Path]:
    """Return the name in the archive -> file, sorted."""
    found: dict[str, pathlib.Path] = {}
    for pair in options.app:
        name, _, path = pair.partition("=")
        found["app/" + name] = pathlib.Path(path)
    for pair in options.site:
        found.update(_site(*pair.split("=", 1)))
    for paths in options.variant:
        found.update(_variant(paths))
    return dict(sorted(found.items()))


def pack(options: argparse.Namespace, index: bytes, found: dict[str, pathlib.Path]) -> None:
    """Write the runner file."""
    tags = [pair.partition("=")[0] for pair in options.site]
    digest = hashlib.sha256(index)
    sums = {entry: files.sha256(path) for entry, path in found.items()}
    for entry, sha256 in sums.items():
        digest.update(f"{entry}\0{sha256}\n".encode())
    about = {
        "schema_version": 1,
        "name": options.name,
        "key": digest.hexdigest(),
        "platforms": tags,
        # Of the code. Models have theirs in their manifests.
        "sha256": {entry: s for entry, s in sums.items() if not entry.startswith("models/")},
    }
    with files.AtomicWriter(options.out) as file:
        file.write(_SHEBANG)
        with zipfile.ZipFile(file, "w") as archive:

            def add(entry: str, data: bytes, stored: bool = False) -> None:
                info = zipfile.ZipInfo(entry, _TIME)
                info.create_system, info.external_attr = 3, 0o100644 << 16
                kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                archive.writestr(info, data, kind, 6)

            add("__main__.py", options.bootstrap.read_bytes())
            add("runner.json", files.dump_json(about))
            add("NOTICE.txt", options.notice.read_bytes())
            add("models/index.json", index)
            for entry, path in found.items():
                add(entry, path.read_bytes(), stored=entry.endswith(".tflite"))
    os.chmod(options.out, 0o755)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True)
    parser.add_argument("--bootstrap", required=True, type=pathlib.Path)
    parser.add_argument("--notice", required=True, type=pathlib.Path, help="licences")
    parser.add_argument("--app", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--site", action="append", default=[], metavar="TAG=FOLDER")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=FILE,FILE,FILE")
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    names = [paths.partition("=")[0] for paths in options.variant]
    index = bundle.dump(
        bundle.make(
            bundle.Variant(n, f"{n}/model.tflite", f"{n}/manifest.json", f"{n}/labels.txt")
            for n in names
        )
    )
    pack(options, index, contents(options))


COMMAND = command_line.Command(
    "pack_runner", "pack programs, packages and models into one file", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
