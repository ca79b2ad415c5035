"""Each linter is red on a badly written sample and, where it can repair, green after the repair."""

import pathlib
import sys
import tempfile
import unittest

import lint
import linters

_BAD = {
    "buildifier": ("BUILD", 'filegroup(srcs=["b","a"],name="x")\n'),
    "google-java-format": ("A.java", "class A{int  x ;}\n"),
    "ruff": ("a.py", "import sys\nimport os\nx = {  'a':os.sep }\n"),
    "shellcheck": ("a.sh", '#!/bin/bash\nfor f in $(ls *.x); do echo "$f"; done\n'),
}
_GOOD = {
    "buildifier": (
        "BUILD",
        'filegroup(\n    name = "x",\n    srcs = [\n        "a",\n        "b",\n    ],\n)\n',
    ),
    "google-java-format": ("A.java", "class A {\n  int x;\n}\n"),
    "ruff": ("a.py", 'import os\n\nx = {"a": os.sep}\n'),
    "shellcheck": ("a.sh", '#!/bin/bash\nfor f in *.x; do echo "$f"; done\n'),
}
_PROGRAMS = lint.find_programs(
    [argument[len("--program=") :] for argument in sys.argv if argument.startswith("--program=")]
)


class LintTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def lint(self, fix: bool = False) -> tuple[bool, str]:
        lines: list[str] = []
        clean = lint.lint(self.root, _PROGRAMS, fix, lines.append)
        return clean, "\n".join(lines)

    def test_samples_cover_every_linter(self) -> None:
        names = {linter.name for linter in linters.LINTERS}
        self.assertEqual((set(_BAD), set(_GOOD)), (names, names))

    def test_red_on_a_bad_sample_and_green_when_repaired(self) -> None:
        for linter in linters.LINTERS:
            with self.subTest(linter.name):
                name, content = _BAD[linter.name]
                path = self.root / name
                path.write_text(content)
                clean, said = self.lint()
                self.assertFalse(clean)
                self.assertIn(name, said)
                self.assertIn(f"{linter.name}: 1 files read", said)
                self.assertEqual(path.read_text(), content, "a check must not change files")
                if linter.fix:
                    repaired, said = self.lint(fix=True)
                    self.assertTrue(repaired)
                    self.assertEqual(path.read_text(), _GOOD[linter.name][1])
                    self.assertEqual(
                        said, f"{linter.name}: repaired {name}\n1 files read, 1 repaired"
                    )
                path.write_text(_GOOD[linter.name][1])
                self.assertTrue(*self.lint())
                path.unlink()

    def test_only_what_changed_is_named(self) -> None:
        (self.root / "bad.py").write_text(_BAD["ruff"][1])
        (self.root / "good.py").write_text(_GOOD["ruff"][1])
        self.assertEqual(
            self.lint(fix=True), (True, "ruff: repaired bad.py\n2 files read, 1 repaired")
        )
        self.assertEqual(self.lint(fix=True), (True, "2 files read, 0 repaired"))

    def test_missing_tool_is_named(self) -> None:
        (self.root / "a.py").write_text("")
        said: list[str] = []
        self.assertFalse(lint.lint(self.root, {}, False, said.append))
        self.assertIn(
            "ruff: not installed, expected for 1 files; run ./bazelw once, or install it", said
        )

    def test_scripts_without_a_suffix_are_found_by_their_first_line(self) -> None:
        (self.root / "run").write_text("#!/bin/bash\nls $1\n")
        (self.root / "notes").write_text("ls $1\n")
        clean, said = self.lint()
        self.assertFalse(clean)
        self.assertIn("shellcheck: 1 files read", said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
