"""GpuPreprocessor on Mesa's OpenGL ES, which a machine without a GPU can run."""

import os
import pathlib
import re
import subprocess

import pytest

# The process has them already, of this machine's release.
_C_LIBRARY = re.compile(
    r"(ld-linux|lib(anl|BrokenLocale|c|c_malloc_debug|dl|gcc_s|m|memusage|mvec|nsl|nss_\w+|pcprofile|pthread|resolv|"
    r"rt|stdc\+\+|thread_db|util))[-.]"
)


@pytest.fixture
def mesa(tmp_path) -> dict[str, str]:
    """The environment that leads a process to Mesa; where Debian cannot be had, the reason is that of a skip."""
    reason = pathlib.Path(os.environ["MESA_UNAVAILABLE"]).read_text().strip()
    if reason:
        pytest.skip(reason)
    root = pathlib.Path(os.path.realpath(os.environ["MESA_ROOT"]))
    libraries = root / "usr/lib/x86_64-linux-gnu"
    for library in libraries.glob("*.so*"):
        if not _C_LIBRARY.match(library.name):
            (tmp_path / library.name).symlink_to(library)
    return {
        "EGL_PLATFORM": "surfaceless",
        "LD_LIBRARY_PATH": str(tmp_path),
        "LIBGL_DRIVERS_PATH": str(libraries / "dri"),
        "__EGL_VENDOR_LIBRARY_DIRS": str(root / "usr/share/glvnd/egl_vendor.d"),
    }


def test_the_gpus_bytes_are_the_processors(mesa):
    done = subprocess.run(
        [os.environ["GPU_TEST"]], env={**os.environ, **mesa}, capture_output=True, text=True
    )
    assert done.returncode == 0 and "OK (9 tests)" in done.stdout, done.stdout + done.stderr


def test_without_egl_the_tests_fail(mesa):
    nowhere = {**mesa, "__EGL_VENDOR_LIBRARY_DIRS": "/nowhere"}
    done = subprocess.run(
        [os.environ["GPU_TEST"]], env={**os.environ, **nowhere}, capture_output=True, text=True
    )
    assert done.returncode != 0 and "no EGL display" in done.stdout
