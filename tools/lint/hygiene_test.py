"""Seeds one fault of each kind."""

import pathlib
import re

import hygiene
import pytest


class TestHygiene:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: pathlib.Path) -> None:
        self.root = tmp_path

    def complaints(self, name: str, content: str | bytes) -> list[str]:
        path = self.root / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(hygiene.complaints(self.root, name))

    def test_ordinary_files_pass(self) -> None:
        for content in (
            "",
            "plain text, pip and apt-get\n",
            'cp "$dir/root/x" build/work/y ~/work/z\n',
        ):
            assert self.complaints("a.txt", content) == []
        assert self.complaints("a.md", "https://example.com/\n") == []
        assert self.complaints("a.png", b"\x89PNG\0\r\n") == []

    def test_registry_hosts(self) -> None:
        for host in hygiene._REGISTRY_HOSTS:
            [complaint] = self.complaints(
                "a.txt", f"one\nsee http://x.{host.replace(' ', '.')}/y\n"
            )
            assert re.search(r"^a.txt:2: names the registry host ", complaint)
        for other in ("copypi.organic", "my-crates.iota"):
            assert self.complaints("a.txt", other + "\n") == []

    def test_url_in_a_lock_file(self) -> None:
        for name in ("npm_lock.json", "requirements_lock.txt", "lock.json"):
            [complaint] = self.complaints(name, '{"resolved": "https://example.com/x"}\n')
            assert f"{name}:1: a URL in a lock file" in complaint

    def test_machine_paths(self) -> None:
        for folder in ("work", "root", "home/ann", "Users/ann"):
            [complaint] = self.complaints("a.py", f'open("/{folder}/x")\n')
            assert "is a path of one machine" in complaint

    def test_size(self) -> None:
        assert self.complaints("a.bin", b"\0" * hygiene.MAX_BYTES) == []
        [complaint] = self.complaints("a.bin", b"\0" * (hygiene.MAX_BYTES + 1))
        assert f"a.bin: {hygiene.MAX_BYTES + 1} bytes" in complaint

    def test_binaries(self) -> None:
        for suffix in hygiene._BINARY_SUFFIXES:
            [complaint] = self.complaints("a" + suffix, b"\0")
            assert "make it in the build" in complaint

    def test_half_merged_and_half_written(self) -> None:
        for mark in ("<", ">", "|"):
            [complaint] = self.complaints("a.txt", mark * 7 + " HEAD\n")
            assert "a.txt:1: a merge conflict's mark" in complaint
        assert self.complaints("a.txt", "x") == ["a.txt: no newline at its end: add one"]
        assert self.complaints("a.txt", "x\r\n") == ["a.txt: Windows line ends: convert them"]
