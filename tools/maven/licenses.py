"""Licences of Maven artifacts, as their POMs or those of their parents declare them, by SPDX identifier."""

import pathlib
from collections.abc import Sequence
from xml.etree import ElementTree

# What POMs write -> SPDX. A name that is not here must be checked by a person once.
_SPDX = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "the apache license 2.0": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
    "bouncy castle licence": "MIT",
    "bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause",
    "cddl + gplv2 with classpath exception": "CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0",
    "cddl 1.1 and gpl 2.0 with class-path exception": "CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0",
    "eclipse distribution license - v 1.0": "BSD-3-Clause",
    "eclipse public license 1.0": "EPL-1.0",
    "gnu lesser general public license 2.1": "LGPL-2.1-only",
    "mit license": "MIT",
    "public domain": "LicenseRef-public-domain",
    "the mit license": "MIT",
    "unicode-3.0": "Unicode-3.0",
}


class LicenseError(Exception):
    """A one-line reason why an artifact's licence is not known."""


def declared(poms: pathlib.Path, artifact: str, version: str) -> list[str]:
    """Return the SPDX identifiers of the licences that a POM, or its nearest parent with any, declares.

    Args:
      poms: folder of `<artifact>-<version>.pom`, parents among them.
    """
    name = f"{artifact}-{version}"
    for _ in range(10):
        path = poms / f"{name}.pom"
        if not path.exists():
            raise LicenseError(f"{artifact} {version}: {path.name} was not delivered; lock again")
        project = ElementTree.parse(path).getroot()
        names = [
            entry.findtext("{*}name", "") for entry in project.findall("{*}licenses/{*}license")
        ]
        if names:
            found = [_spdx(" ".join(each.split()), f"{artifact} {version}") for each in names]
            return list(dict.fromkeys(found))  # a jar of many others lists each one's
        parent = project.find("{*}parent")
        if parent is None:
            break
        name = "-".join(
            parent.findtext(f"{{*}}{part}", "").strip() for part in ("artifactId", "version")
        )
    raise LicenseError(f"{artifact} {version}: neither its POM nor a parent declares a licence")


def _spdx(name: str, where: str) -> str:
    found = _SPDX.get(name.lower())
    if not found:
        raise LicenseError(
            f'{where}: licence "{name}" is not known; read it, then add it to tools/maven/licenses.py'
        )
    return found


def of_all(coordinates: Sequence[str], poms: pathlib.Path) -> dict[str, list[str]]:
    """Return the sorted SPDX identifiers by coordinate (group:artifact:packaging:version)."""
    found = {}
    for each in sorted(coordinates):
        _, artifact, _, version = each.split(":")
        found[each] = declared(poms, artifact, version)
    return found
