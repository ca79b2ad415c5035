"""Resolves third_party/pi/requirements.in into requirements_lock.txt: `bazel run //tools/pi:lock`.

One universal resolution by uv, wheels only, a sha256 for every file: the lock serves arm64, the build host, and every
CPython of a Raspberry Pi OS. uv does not read pip's configuration, so this hands it over.
"""

import os
import pathlib
import subprocess
import sys

_FOLDER = "third_party/pi"
_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "cert": "SSL_CERT_FILE",
}


def pip_setting(name: str) -> str:
    """The user's pip setting `global.<name>`, from pip's environment variables or files; empty where unset."""
    from_env = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_env:
        return from_env
    command = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> None:
    """Rewrites the lock file in the source tree; ends with uv's own message and status."""
    uv = next(pathlib.Path("..").glob("*pypi/uv/bin/uv"), None) or pathlib.Path(
        "external/pypi/uv/bin/uv"
    )
    environment = dict(os.environ)
    for setting, variable in _SETTINGS.items():
        if value := pip_setting(setting):
            environment.setdefault(variable, value)
    command = [
        *(uv.absolute(), "pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
        *("--no-build", "--generate-hashes", "--no-emit-index-url", "--override=overrides.txt"),
        "--custom-compile-command=bazel run //tools/pi:lock",
        *("--output-file=requirements_lock.txt", "requirements.in", *sys.argv[1:]),
    ]
    workspace = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    sys.exit(
        subprocess.run(command, cwd=pathlib.Path(workspace, _FOLDER), env=environment).returncode
    )


if __name__ == "__main__":
    main()
