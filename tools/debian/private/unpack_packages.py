"""Unpacks Debian packages and their dependencies into the folder `root`: no root rights, no maintainer scripts.

Run by debian_root: unpack_packages.py --suite trixie --architecture arm64 [--only FILE ...] PACKAGE ...
This machine's apt-get fetches them with its own proxy and mirror settings and checks Debian's signature; packages.json
records name, version and sha256 of each. Standard library only. Where it fails, its last line says why.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

_MIRROR_VARIABLE = "MODEL_PRESS_DEBIAN_MIRROR"
_KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Names of Debian's main archive that a machine may install from besides its own code name: testing calls itself by one.
_SUITES = {"bookworm", "oldstable", "sid", "stable", "testing", "trixie", "unstable"}
# Folders of usr/share that no program reads.
_DROPPED = ("doc", "man", "locale", "info")


class UnavailableError(Exception):
    """This machine cannot fetch Debian packages: it is another system, or has no network."""


def sources(etc: pathlib.Path = pathlib.Path("/etc/apt")) -> Iterator[tuple[str, str]]:
    """Return (URI, suites) of each archive that apt knows, from both of its formats."""
    for path in sorted([*etc.glob("sources.list"), *etc.glob("sources.list.d/*")]):
        text = path.read_text("utf-8", "replace")
        if path.suffix == ".sources":
            for stanza in re.split(r"\n\s*\n", text):
                fields = dict(re.findall(r"^(\w+):[ \t]*(.*)$", stanza, re.MULTILINE))
                if "URIs" in fields:
                    yield fields["URIs"].split()[0], fields.get("Suites", "")
        elif path.suffix == ".list":
            line = re.compile(r"^deb[ \t]+(?:\[[^]]*\][ \t]+)?(\S+)[ \t]+(\S+)", re.MULTILINE)
            yield from line.findall(text)


def mirror(codename: str, etc: pathlib.Path = pathlib.Path("/etc/apt")) -> str:
    """Return the archive that this Debian machine itself installs from, or $MODEL_PRESS_DEBIAN_MIRROR."""
    if chosen := os.environ.get(_MIRROR_VARIABLE):
        return chosen
    for uri, suites in sources(etc):
        if codename and {codename, *_SUITES} & set(suites.split()):
            return uri
    raise UnavailableError(
        f"apt has no archive of the suite {codename or '?'}; set {_MIRROR_VARIABLE} to a Debian mirror"
    )


def codename(os_release: pathlib.Path = pathlib.Path("/etc/os-release")) -> str:
    """Return the suite that this machine runs, empty where it is not Debian."""
    text = os_release.read_text() if os_release.exists() else ""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return fields.get("VERSION_CODENAME", "") if fields.get("ID") == "debian" else ""


def _apt(state: pathlib.Path, architecture: str, *arguments: str) -> None:
    """Run apt-get on a package state of its own; UnavailableError with its first error line."""
    settings = {
        "APT::Architecture": architecture,
        "APT::Architectures::": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
        "Dir::Cache": state / "cache",
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": state / "empty",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": state / "empty",
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": state / "status",
        "pkgCacheGen::Essential": "none",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run(
        ["apt-get", *options, "-y", "-qq", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))]
        raise UnavailableError(f"apt-get {arguments[0]}: {(lines or ['no reason given'])[0]}")


def fetch(
    state: pathlib.Path, suite: str, architecture: str, names: Sequence[str]
) -> list[pathlib.Path]:
    """Download packages and their dependencies; return the .deb files, sorted."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise UnavailableError("this machine has no apt-get; the test runs on Debian")
    if not _KEYRING.exists():
        raise UnavailableError(f"{_KEYRING} is missing (Debian package debian-archive-keyring)")
    for folder in ("lists/partial", "cache/archives/partial", "empty"):
        (state / folder).mkdir(parents=True)
    (state / "status").touch()
    line = f"deb [signed-by={_KEYRING}] {mirror(codename())} {suite} main\n"
    (state / "sources.list").write_text(line)
    _apt(state, architecture, "update")
    _apt(state, architecture, "--download-only", "install", *names)
    return sorted((state / "cache/archives").glob("*.deb"))


def unpack(packages: Sequence[pathlib.Path], root: pathlib.Path) -> list[dict[str, str]]:
    """Unpack .deb files into `root`; return name, version and sha256 of each."""
    # The links of the merged /usr first, so that nothing lands beside them.
    for name in ("bin", "lib", "sbin"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    record = []
    for package in packages:
        command = ["dpkg-deb", "--fsys-tarfile", str(package)]
        unpacker = ["tar", "-x", "-C", str(root), "--keep-directory-symlink", "--no-same-owner"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
            subprocess.run(unpacker, stdin=reader.stdout, check=True)
        name, version, _ = package.name.split("_")
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        record.append({"name": name, "version": version.replace("%3a", ":"), "sha256": digest})
    for name in _DROPPED:
        shutil.rmtree(root / "usr/share" / name, ignore_errors=True)
    relink(root)
    return record


def relink(root: pathlib.Path) -> None:
    """Make links relative, so that they stay inside `root`, and drop those that lead nowhere or in a circle.

    Bazel takes no folder with one of those. Missed is only configuration that no maintainer script has made, and
    /usr/bin/X11.
    """
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name)
            if path.is_symlink() and path.readlink().is_absolute():
                target = root / path.readlink().relative_to("/")
                path.unlink()
                path.symlink_to(os.path.relpath(target, folder))
            if path.is_symlink() and path.exists() and path.resolve() in path.absolute().parents:
                path.unlink()
    # One that leads to another that leads nowhere is found in the next round.
    while dangling := [p for p in root.rglob("*") if p.is_symlink() and not p.exists()]:
        for path in dangling:
            path.unlink()


def keep_only(root: pathlib.Path, files: Sequence[str]) -> None:
    """Remove all but `files` (paths in `root`), which must be there."""
    kept = {root / name for name in files}
    if missing := sorted(name for name in files if not (root / name).is_file()):
        raise UnavailableError(
            f"the packages have no {', '.join(missing)}, expected each path of `only` to be a file of theirs"
        )
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_symlink() or path.is_file():
            if path not in kept:
                path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def main(argv: Sequence[str]) -> None:
    """Fill `root` and packages.json. Where Debian cannot be had, `root` is empty and unavailable.txt says why."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--architecture", help="default: this machine's")
    parser.add_argument("--only", action="append", help="of all their files, this one")
    parser.add_argument("package", nargs="+")
    options = parser.parse_args(argv)
    root, state = pathlib.Path("root"), pathlib.Path("apt").absolute()
    root.mkdir()
    record, reason = [], ""
    architecture = options.architecture or "amd64"
    if not options.architecture and shutil.which("dpkg"):
        architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    try:
        packages = fetch(state, options.suite, architecture, options.package)
        record = unpack(packages, root)
        if options.only:
            keep_only(root, options.only)
    except UnavailableError as error:
        # A Debian machine can have them, so there it is a fault. Elsewhere the tests say what they miss.
        if codename():
            sys.exit(f"Debian {options.suite}: {error}")
        reason = f"{error}\n"
    finally:
        shutil.rmtree(state, ignore_errors=True)
    pathlib.Path("packages.json").write_text(json.dumps(record, indent=1) + "\n")
    pathlib.Path("unavailable.txt").write_text(reason)


if __name__ == "__main__":
    main(sys.argv[1:])
