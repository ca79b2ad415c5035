"""Packs a runner file into a Debian package with service, configuration and man page; dpkg-deb writes the archive."""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.process import command_line

_FIELDS = {
    "package": re.compile(r"[a-z0-9][a-z0-9+.-]+"),  # Debian policy 5.6.1
    "version": re.compile(r"[0-9][A-Za-z0-9.+~]*"),  # without epoch and revision
    "maintainer": re.compile(r".+ <\S+@\S+>"),
}
_ARCHITECTURES = {"aarch64": "arm64", "x86_64": "amd64"}
_DATE = "Thu, 01 Jan 2026 00:00:00 +0000"
_EPOCH = 1767225600  # the same, in seconds
# Debian's own Python, not what is first on the PATH. Padded to the length of the line that it replaces, because a zip's
# directory counts from the file's first byte.
_SHEBANG = b"#!/usr/bin/python3"
# The wheels' own demands (readelf): GLIBC_2.34 and GLIBCXX_3.4.30.
_LIBRARIES = "libc6 (>= 2.34), libstdc++6 (>= 12), libgcc-s1 (>= 3.3)"


def python_range(tags: Sequence[str]) -> str:
    """Return the dependency on a python3 that the file serves, from tags such as cp311-aarch64."""
    minors = [int(tag.partition("-")[0].removeprefix("cp3")) for tag in tags]
    return f"python3 (>= 3.{min(minors)}), python3 (<< 3.{max(minors) + 1})"


def architecture(tags: Sequence[str]) -> str:
    """Return Debian's name of the one architecture that the file serves."""
    machines = {tag.partition("-")[2] for tag in tags}
    if len(machines) != 1 or machines - set(_ARCHITECTURES):
        raise UserError(f"a package is for one architecture, the runner is for {', '.join(tags)}")
    return _ARCHITECTURES[machines.pop()]


def carried_packages(runner: str) -> list[str]:
    """Return the names and versions of the Python packages in a runner file."""
    with zipfile.ZipFile(runner) as archive:
        found = {
            match[1].replace("-", " ")
            for name in archive.namelist()
            if (match := re.match(r"site/[^/]+/([^/]+)\.dist-info/", name))
        }
    return sorted(found)


class Tree:
    """The package's files under a folder, with Debian's modes for any umask."""

    def __init__(self, root: pathlib.Path):
        self._root = root
        root.chmod(0o755)

    def add(self, name: str, data: bytes, mode: int = 0o644) -> None:
        path = self._root / name
        for folder in reversed(path.parents):
            if folder.is_relative_to(self._root) and not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
        path.write_bytes(data)
        path.chmod(mode)

    def add_gzipped(self, name: str, data: bytes) -> None:
        self.add(name, gzip.compress(data, 9, mtime=0))

    def kilobytes(self) -> int:
        """Return Installed-Size: whole KiB, a file each, as dpkg-gencontrol counts."""
        paths = [p for p in self._root.rglob("*") if "DEBIAN" not in p.parts]
        return sum(1 if p.is_dir() else -(-p.stat().st_size // 1024) for p in paths)

    def md5sums(self) -> str:
        """Return the content of DEBIAN/md5sums."""
        lines = []
        for path in sorted(self._root.rglob("*")):
            name = path.relative_to(self._root).as_posix()
            if path.is_file() and not name.startswith(("DEBIAN/", "etc/")):
                lines.append(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {name}\n")
        return "".join(lines)


def fill(options: argparse.Namespace, root: pathlib.Path) -> None:
    """Write everything that the package holds."""
    with zipfile.ZipFile(options.runner) as archive:
        tags = json.loads(archive.read("runner.json"))["platforms"]
    package, version = options.package, options.version
    templates = pathlib.Path(options.templates)
    values = {
        "PACKAGE": package,
        "PACKAGE_UPPER": package.upper(),
        "VERSION": version,
        "PACKAGES": "\n".join(f" {name}" for name in carried_packages(options.runner)),
    }

    def template(name: str) -> bytes:
        text = (templates / (name + ".in")).read_text("utf-8")
        return re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]], text).encode()

    tree = Tree(root)
    first, newline, body = pathlib.Path(options.runner).read_bytes().partition(b"\n")
    tree.add(f"usr/bin/{package}", _SHEBANG.ljust(len(first)) + newline + body, 0o755)
    tree.add(f"usr/lib/systemd/system/{package}.service", template("service"))
    tree.add(f"etc/default/{package}", template("default"))
    tree.add_gzipped(f"usr/share/man/man1/{package}.1.gz", template("man.1"))
    tree.add(f"usr/share/doc/{package}/copyright", template("copyright"))
    with zipfile.ZipFile(options.runner) as archive:
        tree.add_gzipped(f"usr/share/doc/{package}/NOTICE.gz", archive.read("NOTICE.txt"))
    changelog = (
        f"{package} ({version}) unstable; urgency=medium\n\n"
        f"  * Built from the model_press repository, see its CHANGELOG.md.\n\n"
        f" -- {options.maintainer}  {_DATE}\n"
    )
    tree.add_gzipped(f"usr/share/doc/{package}/changelog.gz", changelog.encode())
    kilobytes, sums = tree.kilobytes(), tree.md5sums()
    control = (
        f"Package: {package}\nVersion: {version}\nArchitecture: {architecture(tags)}\n"
        f"Maintainer: {options.maintainer}\nInstalled-Size: {kilobytes}\n"
        f"Depends: {python_range(tags)}, {_LIBRARIES}, init-system-helpers (>= 1.52)\n"
        "Suggests: rpicam-apps | fswebcam\nSection: science\nPriority: optional\n"
        "Description: image classification with a compressed TensorFlow Lite model\n"
        " Classifies photographs, the pictures of a folder or of a camera with LiteRT.\n"
        " A service has a web page and an HTTP interface that do the same.\n"
    )
    tree.add("DEBIAN/control", control.encode())
    tree.add("DEBIAN/conffiles", f"/etc/default/{package}\n".encode())
    tree.add("DEBIAN/md5sums", sums.encode())
    for script in ("postinst", "prerm", "postrm"):
        tree.add(f"DEBIAN/{script}", template(script), 0o755)


def check(options: argparse.Namespace) -> None:
    """Raise UserError on a field that Debian's policy refuses."""
    for field, pattern in _FIELDS.items():
        value = getattr(options, field)
        if not pattern.fullmatch(value):
            raise UserError(f"{field} is '{value}', expected a text that matches {pattern.pattern}")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runner", required=True)
    parser.add_argument("--templates", required=True, help="folder of *.in")
    parser.add_argument("--package", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--maintainer", required=True)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    check(options)
    if not shutil.which("dpkg-deb"):
        raise UserError("dpkg-deb is missing; build the package on Debian")
    with tempfile.TemporaryDirectory() as folder:
        root, out = pathlib.Path(folder, "root"), pathlib.Path(folder, "out.deb")
        root.mkdir()
        fill(options, root)
        done = subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z6", "--build", root, out],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(_EPOCH), "LC_ALL": "C"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise UserError(f"dpkg-deb: {done.stderr.strip()}")
        files.copy(out, options.out)


COMMAND = command_line.Command(
    "pack_deb", "pack a runner file into a Debian package", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
