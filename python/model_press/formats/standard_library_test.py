"""formats/ needs the standard library alone: a reader of manifests starts fast, on any machine."""

import pathlib
import subprocess
import sys

from model_press import formats

_CODE = """
import importlib, sys
sys.path[:0] = sys.argv[1:2]
for name in sys.argv[2:]:
    importlib.import_module("model_press.formats." + name)
allowed = {*sys.stdlib_module_names, "__main__", "model_press"}
print(sorted({name.partition(".")[0] for name in sys.modules} - allowed))
print(sorted(n for n in sys.modules if n.startswith("model_press.") and not n.startswith("model_press.formats")))
"""


def test_every_module_imports_with_the_standard_library_alone():
    folder = pathlib.Path(formats.__file__).parent
    names = [path.stem for path in folder.glob("*.py") if not path.stem.endswith("_test")]
    assert "manifest" in names and "bundle" in names
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _CODE, str(folder.parents[1]), *names],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "[]"]
