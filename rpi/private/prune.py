"""Selects the files of the installed packages that the runner leaves out: it never imports them."""

import fnmatch

# ai-edge-litert: the interpreter needs its wrapper and the common library; the rest compiles, converts or drives GPUs.
_KEPT_LITERT = (
    "__init__.py",
    "_pywrap_litert_interpreter_wrapper.so",
    "interpreter.py",
    "libpywrap_litert_common.so",
    "metrics_interface.py",
    "metrics_portable.py",
    "schema_py_generated.py",
)
_DROPPED = (
    "*.a",
    "*.c",
    "*.h",
    "*.pxd",
    "*.pyc",
    "*.pyi",
    "*.pyx",
    "*/include/*",
    "*/tests/*",
    "numpy/_pyinstaller/*",
    "numpy/distutils/*",
    "numpy/f2py/*",
    "numpy/random/_examples/*",
    "numpy/random/lib/*",
    "werkzeug/debug/shared/*",
)


def keeps(path: str) -> bool:
    """Return whether the runner carries a file, given its path in the site folder."""
    package, _, rest = path.partition("/")
    if package.endswith(".dist-info"):
        return True  # numpy's licences lie in folders named like what is dropped below
    if package == "ai_edge_litert":
        return rest in _KEPT_LITERT
    return not any(fnmatch.fnmatchcase(path, pattern) for pattern in _DROPPED)
