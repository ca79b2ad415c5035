"""Checks the programs of bazelw's table, with their versions where they matter."""

import dataclasses
import json
import pathlib
import re
from collections.abc import Iterator

from finding import Finding, State, check, ok
from machine import Machine

# google-java-format and Robolectric need it; the app itself is compiled for Java 8.
_OLDEST_JDK = 17


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table: Debian's package, the command or file it is known by, its name elsewhere, why."""

    package: str
    found_by: str
    elsewhere: str
    why: str


def rows(workspace: pathlib.Path) -> list[Row]:
    """Return the table that bazelw reads, too."""
    lines = (workspace / "tools/start/debian_packages.txt").read_text("utf-8").splitlines()
    return [Row(*line.split(maxsplit=3)) for line in lines if line and not line.startswith("#")]


def _own_bazel(machine: Machine) -> str | None:
    """Return a Bazel or Bazelisk that the user brought, as tools/start/machine.sh finds it."""
    path = machine.which("bazel") or machine.which("bazelisk")
    debians = {str(machine.sysroot / "usr/bin/bazel"), str(machine.sysroot / "bin/bazel")}
    return None if machine.is_debian and path in debians else path


def programs(machine: Machine) -> Iterator[Finding]:
    """Return every row of the table that this machine needs, with its version where that can be had quickly."""
    own = _own_bazel(machine)
    wanted = [
        row
        for row in rows(machine.workspace)
        if not (own and row.package.startswith("bazel-"))
        and (machine.is_debian or row.elsewhere != "-")
    ]
    versions = _debian_versions(machine, [row.package for row in wanted])
    if own:
        yield _bazel(machine, own)
    for row in wanted:
        is_file = row.found_by.startswith("/")
        file = machine.sysroot / row.found_by.lstrip("/")
        path = (str(file) if file.exists() else None) if is_file else machine.which(row.found_by)
        if path:
            from_package = pathlib.Path(path).is_relative_to(machine.sysroot / "usr")
            packaged = versions.get(row.package, "") if from_package else ""
            yield _version(machine, row, path, packaged)
        else:
            yield Finding(
                row.package if machine.is_debian else row.elsewhere,
                State.MISSING,
                f"no {row.found_by}" + ("" if is_file else " on the PATH"),
                costs=f"it {row.why}",
                fix="./bazelw installs it, or: " + machine.install(row.package, row.elsewhere),
            )


def _debian_versions(machine: Machine, packages: list[str]) -> dict[str, str]:
    """Return the version by package of those that dpkg has installed."""
    if not machine.which("dpkg-query"):
        return {}
    shell = 'dpkg-query -W -f "\\${Package} \\${Version}\\n" "$@" 2>/dev/null; true'
    printed = machine.output(["sh", "-c", shell, "-", *packages]) or ""
    return dict(re.findall(r"^(\S+) (.+)$", printed, re.MULTILINE))


def _bazel(machine: Machine, path: str) -> Finding:
    if path.endswith("bazelisk"):
        pinned = (machine.workspace / ".bazeliskrc").read_text("utf-8").partition("=")[2].strip()
        return ok("bazel", f"{path} brings {pinned}")
    version = (machine.output([path, "--version"]) or "").removeprefix("bazel ")
    major = re.match(r"\d+", version)
    old = major and int(major[0]) < 7
    return check(
        "bazel",
        None if old else f"{version or 'version unknown'}, {path}",
        f"{path} is {version}, expected 7 or newer, or Debian's 4.2.3",
        costs="it runs the build",
        fix="install Bazelisk, or take this one off the PATH",
    )


def _version(machine: Machine, row: Row, path: str, packaged: str) -> Finding:
    match row.found_by:
        case "javac":
            return _jdk(machine, path)
        case "python3":
            return _python(machine)
        case "npm":
            package = pathlib.Path(path).resolve().parents[1] / "package.json"
            version = json.loads(package.read_text())["version"] if package.exists() else packaged
        case "node":
            version = (machine.output([path, "--version"]) or "").removeprefix("v")
        case _:
            version = packaged
    return ok(row.package if machine.is_debian else row.elsewhere, f"{version or 'there'}, {path}")


def _jdk(machine: Machine, javac: str) -> Finding:
    """Return the JDK that Bazel's local_jdk takes: JAVA_HOME's, else javac's on the PATH."""
    given = machine.environment.get("JAVA_HOME")
    home = pathlib.Path(given) if given else pathlib.Path(javac).resolve().parents[1]
    if given and not (home / "bin/javac").exists():
        return Finding(
            "JDK",
            State.MISSING,
            f"JAVA_HOME is {given}, which has no bin/javac",
            costs="Bazel takes JAVA_HOME before the PATH, so nothing in Java can be compiled or run",
            fix="unset JAVA_HOME, or point it at a JDK",
        )
    file = home / "release"
    release = file.read_text("utf-8") if file.is_file() else ""
    match = re.search(r'^JAVA_VERSION="((\d+)[^"]*)"', release, re.MULTILINE)
    if not match:
        return ok("JDK", f"version unknown, {home}")
    return check(
        "JDK",
        f"{match[1]}, {home}" if int(match[2]) >= _OLDEST_JDK else None,
        f"{match[1]} in {home}, expected {_OLDEST_JDK} or newer",
        costs="the Android tests and the Java formatter do not run",
        fix=machine.install("default-jdk-headless", f"a JDK of version {_OLDEST_JDK} or newer"),
    )


def supported_pythons(workspace: pathlib.Path) -> list[str]:
    """Return the versions that the build takes, from the rule that has the last word."""
    text = (workspace / "tools/python/host_python.bzl").read_text("utf-8")
    [listed] = re.findall(r"^SUPPORTED = (\[.*\])$", text, re.MULTILINE)
    return re.findall(r'"([\d.]+)"', listed)


def _python(machine: Machine) -> Finding:
    """Return the first Python that the build would take, and whether it has pip."""
    supported = supported_pythons(machine.workspace)
    asked = machine.environment.get("MODEL_PRESS_PYTHON")
    probe = (
        "import importlib.util as u, sys; "
        "print('%d.%d.%d' % sys.version_info[:3], bool(u.find_spec('pip')), sys.executable)"
    )
    seen = []
    for name in [asked] if asked else ["python3", *(f"python{version}" for version in supported)]:
        path = machine.which(name)
        printed = machine.output([path, "-c", probe]) if path else None
        if not printed:
            continue
        version, has_pip, executable = printed.split(" ", 2)
        if version.rpartition(".")[0] not in supported:
            seen.append(f"{path} is {version}")
            continue
        return check(
            "python",
            f"{version}, {executable}" if has_pip == "True" else None,
            f"{version}, {executable}, without pip",
            costs="no Python package can be fetched: no model tool runs",
            fix=machine.install("python3-pip", "pip for it (python -m ensurepip)"),
        )
    return Finding(
        "python",
        State.MISSING,
        f"{', '.join(seen) or 'none runs'}, expected {supported[0]} to {supported[-1]}",
        costs="it runs the model tools and the repository rules: the locked wheels are for those versions",
        fix="install one of them, or point MODEL_PRESS_PYTHON at it",
    )
