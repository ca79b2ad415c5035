"""Collects the licences of an app's packages into one NOTICE file: Python packages and Maven artifacts.

A package that declares no licence, or has no licence text, is an error: nothing ships without.
"""

import argparse
import dataclasses
import email.message
import email.parser
import json
import pathlib
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence

# Paths in an archive of texts that tell of a licence.
_TEXT_PATH = re.compile(r"(META-INF/)?(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*", re.IGNORECASE)
_LICENSE_PATH = re.compile(r"(.*/)?(LICEN[CS]E|COPYING)", re.IGNORECASE)
# Classifiers and free texts of old metadata -> SPDX.
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "ZPL 2.1": "ZPL-2.1",
}


class LicenseError(Exception):
    """A one-line reason why the file cannot be written."""


@dataclasses.dataclass(frozen=True)
class Package:
    """Something that ships.

    license: SPDX expression. texts: (name of the file, its text) as the package brings them.
    """

    name: str
    version: str
    license: str
    texts: tuple[tuple[str, str], ...]


def python_package(info: pathlib.Path) -> Package:
    """Read a .dist-info folder.

    Raises:
      LicenseError: the metadata states no licence, or names a licence file that is not there.
    """
    metadata = email.parser.HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))
    name, version = metadata["Name"], metadata["Version"]
    stated = _stated(metadata)
    if not stated:
        raise LicenseError(f"{name} {version} states no licence in its METADATA; leave it out")
    texts = []
    for file in metadata.get_all("License-File") or []:
        found = [path for path in (info / "licenses" / file, info / file) if path.is_file()]
        if not found:
            raise LicenseError(f"{name} {version}: its licence file {file} is missing")
        texts.append((file, found[0].read_text("utf-8", "replace")))
    return Package(name, version, stated, tuple(texts))


def _stated(metadata: email.message.Message) -> str:
    """Return the SPDX expression; for old metadata, the one line of `License` or a classifier; else empty."""
    if metadata["License-Expression"]:
        return metadata["License-Expression"].strip()
    line = (metadata["License"] or "").strip()
    if line and "\n" not in line and len(line) <= 100:
        return _SPDX.get(line, line)
    known = [_SPDX[each] for each in metadata.get_all("Classifier") or [] if each in _SPDX]
    return " AND ".join(known)


def maven_package(
    coordinates: str, archive: pathlib.Path, licenses: Mapping[str, Sequence[str]]
) -> Package:
    """Read an artifact: the licences of its POM (`licenses`, from the lock) and the texts in the archive."""
    group, artifact, _, version = coordinates.split(":")
    declared = licenses.get(coordinates)
    if not declared:
        raise LicenseError(
            f"{coordinates} has no entry in licenses.json: bazel run //tools/maven:lock"
        )
    with zipfile.ZipFile(archive) as file:
        names = [name for name in sorted(file.namelist()) if _TEXT_PATH.fullmatch(name)]
        texts = tuple((name, file.read(name).decode("utf-8", "replace")) for name in names)
    return Package(f"{group}:{artifact}", version, " AND ".join(declared), texts)


def complete(package: Package, standard: Mapping[str, str]) -> Package:
    """Give a package without a licence text the standard one of its licence; LicenseError if there is none."""
    if any(_LICENSE_PATH.match(name) for name, _ in package.texts):
        return package
    if package.license not in standard:
        raise LicenseError(
            f"{package.name} {package.version} ({package.license}) brings no licence text, and there is no "
            "standard one to add"
        )
    added = (f"{package.license} (standard text)", standard[package.license])
    return dataclasses.replace(package, texts=(*package.texts, added))


def render(title: str, packages: Sequence[Package]) -> str:
    """Return the NOTICE file: a list of packages, then each different text once with the packages that it is of."""
    unique = sorted(set(packages), key=lambda package: (package.name.lower(), package.version))
    lines = [title, "", "It carries these packages:", ""]
    lines += [f"  {p.name} {p.version}: {p.license}" for p in unique]
    owners: dict[str, list[str]] = {}
    for package in unique:
        for name, text in package.texts:
            key = "\n".join(line.rstrip() for line in text.strip().splitlines())
            owners.setdefault(key, []).append(f"{package.name} {package.version}: {name}")
    for text, names in owners.items():
        lines += ["", "-" * 80, *dict.fromkeys(names), "-" * 80, "", text]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--label", required=True, help="target to name in errors")
    parser.add_argument("--title", required=True)
    parser.add_argument("--site", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--maven-licenses", type=pathlib.Path)
    parser.add_argument("--artifact", action="append", default=[], metavar="COORDINATES=ARCHIVE")
    parser.add_argument("--archive", action="append", default=[], metavar="NAME=ARCHIVE")
    parser.add_argument("--standard", action="append", default=[], metavar="SPDX=FILE")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args(argv)
    try:
        options.out.write_text(_collect(options), "utf-8")
    except (LicenseError, OSError, zipfile.BadZipFile) as error:
        print(f"ERROR {options.label}: {error}", file=sys.stderr)
        return 1
    return 0


def _collect(options: argparse.Namespace) -> str:
    standard = dict(pair.split("=", 1) for pair in options.standard)
    standard = {name: pathlib.Path(path).read_text("utf-8") for name, path in standard.items()}
    infos = [info for site in options.site for info in sorted(site.glob("*.dist-info"))]
    if options.site and not infos:
        raise LicenseError(
            f"no .dist-info folder under {', '.join(map(str, options.site))}, expected one a package"
        )
    packages = [python_package(info) for info in infos]
    licenses = {}
    if options.maven_licenses:
        licenses = json.loads(options.maven_licenses.read_text("utf-8"))["licenses"]
    whole = dict(pair.split("=", 1) for pair in options.archive)
    for pair in options.artifact:
        coordinates, path = pair.split("=", 1)
        # Of an .aar, the build uses the classes; the text lies in the whole archive.
        path = whole.get(coordinates.split(":")[1], path)
        packages.append(maven_package(coordinates, pathlib.Path(path), licenses))
    return render(options.title, [complete(package, standard) for package in packages])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
