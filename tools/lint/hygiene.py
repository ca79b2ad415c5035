"""Checks files for hosts, sizes, paths of one machine, binaries, half-merged text, old Starlark and hard words.

`bazel test //tools/lint:hygiene` checks the workspace.
"""

import argparse
import pathlib
import re
import sys
from collections.abc import Iterator

import lint
import words
import workspace_files

MAX_BYTES = 1 << 20

# In pieces, so that this file passes its own check. Clients know these hosts, or the mirror that stands in for them.
_REGISTRY_HOSTS = (
    "bcr bazel build",
    "crates io",
    "deb debian org",
    "security debian org",
    "snapshot debian org",
    "archive ubuntu com",
    "dl google com",
    "maven google com",
    "repo maven apache org",
    "repo1 maven org",
    "central sonatype com",
    "oss sonatype org",
    "npmjs org",
    "npmjs com",
    "yarnpkg com",
    "pypi org",
    "pythonhosted org",
    "proxy golang org",
    "sum golang org",
)
_HOST = re.compile(
    "|".join(rf"\b{host}\b".replace(" ", r"\.") for host in _REGISTRY_HOSTS), re.IGNORECASE
)
_URL = re.compile(r"\b(https?|git|ssh)://", re.IGNORECASE)
_LOCK = re.compile(r"(^|[/_.-])lock\.(json|txt)$")
_MACHINE_PATH = re.compile(r"(?<![\w.$}~*-])/(work|root|home/\w+|Users/\w+)/")
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7}) ")
_BINARY = re.compile(
    r"\.(a|aar|apk|class|deb|dex|dll|dylib|exe|h5|jar|keras|keystore|mlmodel|o|onnx|pb|pt|pyc|safetensors|so|tflite|whl)"
)

# What Bazel 8 and 9 removed and buildifier does not report; the rules and most providers are reported by it.
_STARLARK = re.compile(
    r"(?!third_party/shims/|tools/repositories\.bzl$)(.*/)?((BUILD|MODULE)(\.bazel)?|.*\.bzl)"
)
_GONE = re.compile(
    r"host_fragments|\bcfg = \"host\"|@bazel_tools//(platforms|src/conditions:host)|@local_config_platform//"
    r"|\b(exec_tools|incompatible_use_toolchain_transition|non_empty|output_to_genfiles|single_file) ="
)
# Each must be loaded: its name stands in the file in quotes.
_TO_LOAD = re.compile(
    r"\b(ApkInfo|CcToolchainConfigInfo|ObjcProvider|PyInfo|PyRuntimeInfo|apple_common|py_internal|py_runtime_pair)\b"
)


def complaints(root: pathlib.Path, path: str) -> Iterator[str]:
    """Yield the complaints about one file, each as `path[:line]: what: remedy`."""
    file = root / path
    size = file.stat().st_size
    if size > MAX_BYTES:
        yield f"{path}: {size} bytes, at most {MAX_BYTES} are allowed: make it in the build, or fetch it by lock file"
        return
    if _BINARY.fullmatch(file.suffix):
        yield f"{path}: a {file.suffix} file: make it in the build, or fetch it by lock file"
        return
    content = file.read_bytes()
    if b"\0" in content:
        return
    text = content.decode("utf-8", "replace")
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at its end: add one"
    if "\r\n" in text:
        yield f"{path}: Windows line ends: convert them"
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        host = _HOST.search(line)
        if host:
            yield f"{where}: names the registry host {host[0]}: leave hosts to the package client's own settings"
        elif _LOCK.search(path) and _URL.search(line):
            yield f"{where}: a URL in a lock file: lock name, version and sha256 only, so that mirrors work"
        machine_path = _MACHINE_PATH.search(line)
        if machine_path:
            yield f"{where}: {machine_path[0]} is a path of one machine: derive it"
        if _CONFLICT.match(line):
            yield f"{where}: a merge conflict's mark: resolve it"
    if _STARLARK.fullmatch(path):
        yield from _removed(path, text)
    if words.takes(path):
        yield from words.complaints(path, text)


def _removed(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        for found in _GONE.finditer(line):
            yield f"{path}:{number}: {found[0]}: Bazel 8 or 9 removed it"
        for found in _TO_LOAD.finditer(line):
            if f'"{found[0]}"' not in text:
                yield f"{path}:{number}: {found[0]} is not loaded: load it from its rule set"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marker", required=True, help="a file at the workspace's root")
    options = parser.parse_args(argv)
    root = lint.find_root(options.marker)
    files = workspace_files.list_files(root)
    found = [complaint for path in files for complaint in complaints(root, path)]
    print("\n".join([*found, f"hygiene: {len(files)} files read, {len(found)} complaints"]))
    return int(bool(found or not files))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
