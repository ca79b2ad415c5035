"""Installs a hash-locked requirements file into the current folder, one sub-folder and py_library a package.

Run by pip_repository: install_site.py LOCK --relock LABEL [--alias NAME=PACKAGE ...] [--stub PACKAGE ...] [--files]
Standard library and pip only: nothing else exists yet when it runs. Where it fails, its last line says why.
"""

import argparse
import compileall
import concurrent.futures
import contextlib
import io
import os
import pathlib
import re
import shutil
import sys
from collections.abc import Sequence

import pip_client
import site_split

# Each pip takes half a second to start.
_MOST_PARTS = 8

# A requirement of `pip-compile` or `uv`: `name==version ; marker \\`, then its hashes on indented lines.
_REQUIREMENT = re.compile(r"(?m)^(?=[A-Za-z0-9])")


def add_stub(package: str, site: pathlib.Path) -> None:
    """Add an empty package that can be imported and does nothing, as if `package` were installed."""
    info = site / f"{package}-0.dist-info"
    info.mkdir()
    (site / f"{package}.py").write_text(
        f'"""Stands in for {package}, of which nothing is used."""\n'
    )
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0\n")
    (info / "RECORD").write_text(f"{package}.py,,\n")


def split_lock(lock: str, number: int) -> list[str]:
    """Return the text of a lock file as at most `number` parts that together hold each requirement once.

    What stands before the first requirement (comments, options) is in every part. There is at least one part.
    """
    head, *requirements = _REQUIREMENT.split(lock)
    number = max(1, min(number, len(requirements)))
    return [head + "".join(requirements[first::number]) for first in range(number)]


def install(lock: pathlib.Path, parts: pathlib.Path, relock: str) -> list[pathlib.Path]:
    """Install `lock` by several pips side by side: each unpacks wheel by wheel, on one core.

    Args:
      parts: new folder for the installed parts, removed if one of them fails.
      relock: label of the target that makes the lock.

    Returns:
      A folder like site-packages for each part.

    Raises:
      SystemExit: an installation failed; one line says why.
    """
    request = pip_client.Request(
        relock=relock,
        space="5 GB",
        target=f"Python {sys.version_info.major}.{sys.version_info.minor} on {sys.platform}",
        supported="CPython 3.11 to 3.13 on Linux x86_64 or macOS arm64",
    )
    sites = []
    try:
        cores = os.cpu_count() or 1
        # More parts than cores, since one of them has TensorFlow: half of all bytes.
        texts = split_lock(lock.read_text("utf-8"), min(2 * cores, _MOST_PARTS))
        with concurrent.futures.ThreadPoolExecutor(cores) as pool:
            runs = []
            for number, text in enumerate(texts):
                part = parts / str(number) / lock.name
                part.parent.mkdir(parents=True)
                part.write_text(text, "utf-8")
                sites.append(part.parent / "site")
                runs.append(pool.submit(pip_client.install, part, sites[-1], request))
        for run in runs:
            run.result()
    except BaseException:
        shutil.rmtree(parts, ignore_errors=True)
        raise
    return sites


def compile_all() -> None:
    """Write bytecode beside every source of the current folder.

    Actions cannot write into a repository, so without this every process compiles what it imports: 5 s for TensorFlow.
    Unchecked hashes carry no time stamp, and `/` stands for the folder: the same bytes on every machine.
    """
    # Some wheels carry templates and Python 2 sources; that those do not compile is expected.
    with contextlib.redirect_stdout(io.StringIO()):
        compileall.compile_dir(
            # Relative, so that there is nothing to strip: `stripdir` removes any part at the same place in
            # both paths, and "external" of sympy/external is one in an output base four folders deep.
            ".",
            maxlevels=100,
            quiet=2,
            workers=0,
            prependdir="/",
            invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def main(
    lock: pathlib.Path,
    relock: str,
    aliases: Sequence[str] = (),
    stubs: Sequence[str] = (),
    files: bool = False,
) -> None:
    """Install, split and compile in the current folder; `files` as site_split.split takes it."""
    parts = pathlib.Path("all")
    sites = install(lock, parts, relock)
    for package in stubs:
        add_stub(package, sites[0])
    site_split.split(sites, dict(alias.split("=", 1) for alias in aliases), files)
    shutil.rmtree(parts)
    for package in pathlib.Path(".").glob("*/site-packages"):
        pip_client.forget_launchers(package)
    compile_all()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=pathlib.Path)
    parser.add_argument("--relock", required=True)
    parser.add_argument("--alias", dest="aliases", action="append", default=[])
    parser.add_argument("--stub", dest="stubs", action="append", default=[])
    parser.add_argument("--files", action="store_true")
    main(**vars(parser.parse_args()))
