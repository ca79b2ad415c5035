"""A package of its own in the workspace, whose variants, recipes and labels a benchmark may edit."""

import pathlib
import shutil
from collections.abc import Sequence

# Under .gitignore, and removed at the end.
PACKAGE = "benchmark_scratch"

_HEAD = """\
load("//models:defs.bzl", "keras_model", "recipe", "tflite_variant")

filegroup(name = "file", srcs = ["//models/digits"], output_group = "model")

keras_model(name = "net", src = ":file", labels = "labels.txt")
"""

_VARIANT = """
recipe(name = "recipe_{number}", src = "recipe_{number}.json", calibration = True)

tflite_variant(
    name = "v{number}",
    calibration = "//models/digits:calibration",
    model = ":net",
    recipe = ":recipe_{number}",
)
"""

_GROUP = """
filegroup(name = "first_{count}", srcs = [{names}])
"""


class Scratch:
    """int8 variants of the digits net, each by a recipe of its own.

    Args:
      workspace: the root of model_press.
      count: how many variants there are.
      groups: N for each filegroup `first_N`.
    """

    def __init__(self, workspace: pathlib.Path, count: int, groups: Sequence[int]):
        self._workspace = workspace
        self.folder = workspace / PACKAGE
        self._count = count
        self._groups = groups

    def __enter__(self) -> "Scratch":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copy(self._workspace / "models/digits/labels.txt", self.folder / "labels.txt")
        for number in range(self._count):
            self.edit_recipe(number, 0)
        text = _HEAD + "".join(_VARIANT.format(number=number) for number in range(self._count))
        for count in self._groups:
            names = ", ".join(f'":v{number}"' for number in range(count))
            text += _GROUP.format(count=count, names=names)
        (self.folder / "BUILD").write_text(text)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def edit_recipe(self, number: int, edition: int) -> None:
        """Return another edition of a recipe: other bytes, the same conversion."""
        text = (self._workspace / "models/recipes/int8.json").read_text()
        (self.folder / f"recipe_{number}.json").write_text(text + "\n" * edition)

    def edit_labels(self) -> None:
        """Rename the first class."""
        lines = (self.folder / "labels.txt").read_text().splitlines()
        (self.folder / "labels.txt").write_text(
            "\n".join([lines[0] + " (renamed)", *lines[1:]]) + "\n"
        )
