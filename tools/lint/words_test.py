"""Seeds banned words in each kind of text."""

import unittest

import words

BAD = "The statistics are taken " + "ane" + "w."


class WordsTest(unittest.TestCase):
    def lines(self, path: str, text: str) -> list[int]:
        return [int(line.split(":")[1]) for line in words.complaints(path, text)]

    def test_docstrings_and_comments_of_python(self) -> None:
        text = f'def f():\n    """Return x.\n\n    {BAD}\n    """\n    return 1  # {BAD}\n'
        self.assertEqual(sorted(self.lines("a.py", text)), [4, 6])

    def test_starlark_documentation(self) -> None:
        text = f'f = rule(doc = "{BAD}")  # fine\n# {BAD}\n'
        self.assertEqual(sorted(self.lines("a.bzl", text)), [1, 2])

    def test_pages_without_their_code(self) -> None:
        text = f"{BAD}\n\n```sh\n{BAD}\n```\n\n`{BAD}`\n"
        self.assertEqual(self.lines("a.md", text), [1])

    def test_each_pattern(self) -> None:
        for word in ("every so man" + "ieth run", "a shee" + "t of facts", "so man" + "y files"):
            self.assertEqual(self.lines("a.md", word), [1], word)
        for word in (
            "who" + "ever asks",
            "what" + "ever it is",
            "some" + "body",
            "it is no" + " file",
        ):
            self.assertEqual(self.lines("a.md", word), [1], word)

    def test_ordinary_sentences_pass(self) -> None:
        text = "There is no file. It is no longer there, and is no larger. Not so many files.\n"
        self.assertEqual(self.lines("a.md", text), [])
        self.assertEqual(self.lines("a.py", "shee" + "t = ane" + "w = 1\n"), [])


if __name__ == "__main__":
    unittest.main()
