"""Resolves requirements.in of a folder into its requirements_lock.txt: lock.py FOLDER TARGET [UV_OPTIONS...].

One universal resolution by uv for CPython 3.11 to 3.13 on Linux and macOS, wheels only, a sha256 for every file.
uv does not read pip's configuration, so this hands it over. TARGET is what `bazel run` makes the lock with.
"""

import os
import pathlib
import subprocess
import sys


def pip_setting(name: str) -> str:
    """Return the user's pip setting `global.<name>`, from pip's environment variables or files; empty where unset."""
    from_env = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_env:
        return from_env
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", f"global.{name}"],
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> None:
    """Rewrite the lock file in the source tree; uv's own message and status where it cannot."""
    folder, target, *options = sys.argv[1:]
    uv = pathlib.Path("external/pypi/uv/bin/uv").absolute()
    if not uv.exists():
        uv = next(pathlib.Path("..").glob("*pypi/uv/bin/uv")).absolute()
    environment = dict(os.environ)
    for setting, variable in [
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("cert", "SSL_CERT_FILE"),
    ]:
        value = pip_setting(setting)
        if value:
            environment.setdefault(variable, value)
    done = subprocess.run(
        [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version=3.11",
            "--no-build",
            "--generate-hashes",
            "--no-emit-index-url",
            f"--custom-compile-command=bazel run {target}",
            "--override=overrides.txt",
            "--output-file=requirements_lock.txt",
            "requirements.in",
            *options,
        ],
        cwd=pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], folder),
        env=environment,
    )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
