"""The release archive: the same bytes for the same files, whole or refused."""

import io
import os
import pathlib
import re
import tarfile

import pytest
import release
import workspace_files

_ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent


def _example(pattern: str) -> str:
    return pattern.replace("\\", "").replace(".+", "x")


@pytest.fixture
def tree(tmp_path, monkeypatch) -> pathlib.Path:
    """A committed workspace that has everything a release needs, and a stand-in for git."""
    root = tmp_path / "tree"
    programs = tmp_path / "programs"
    programs.mkdir()
    # It tells what is not committed; of files it knows nothing, so that the folders are listed.
    (programs / "git").write_text(f'#!/bin/sh\n[ "$1" = status ] && cat "{tmp_path}/status"\n')
    (programs / "git").chmod(0o755)
    (tmp_path / "status").write_text("")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    for pattern in release.NEEDED:
        file = root / _example(pattern)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.name}\n")
    module = 'module(\n    name = "model_press",\n    version = "1.2.3",\n)\n'
    (root / "MODULE.bazel").write_text(module)
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [1.2.3]\n- a\n")
    (root / "bazelw").write_text("#!/bin/sh\n")
    (root / "bazelw").chmod(0o755)
    return root


def _run(tree: pathlib.Path, out: pathlib.Path, monkeypatch, *options: str) -> int:
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tree))
    return release.main(["--marker=unused", f"--out={out}", *options])


def test_the_same_files_give_the_same_bytes(tree, tmp_path, monkeypatch):
    assert _run(tree, tmp_path / "a", monkeypatch) == 0
    for file in tree.rglob("*"):
        os.utime(file, (1, 1))
    (tree / "LICENSE").chmod(0o600)  # git knows the execute bit alone
    assert _run(tree, tmp_path / "b", monkeypatch) == 0
    first, second = ((tmp_path / run / "model_press-1.2.3.tar.gz").read_bytes() for run in "ab")
    assert first == second


def test_another_byte_gives_another_hash(tree, tmp_path, monkeypatch):
    assert _run(tree, tmp_path / "a", monkeypatch) == 0
    (tree / "LICENSE").write_text("other\n")
    assert _run(tree, tmp_path / "b", monkeypatch, "--uncommitted") == 0
    first, second = ((tmp_path / run / "model_press-1.2.3.sha256").read_text() for run in "ab")
    assert first != second


def test_everything_lies_below_one_folder_and_programs_stay_programs(tree, tmp_path, monkeypatch):
    assert _run(tree, tmp_path, monkeypatch) == 0
    with tarfile.open(tmp_path / "model_press-1.2.3.tar.gz") as archive:
        entries = {entry.name: entry for entry in archive}
    assert all(name.startswith("model_press-1.2.3/") for name in entries)
    assert entries["model_press-1.2.3/bazelw"].mode == 0o755
    assert entries["model_press-1.2.3/LICENSE"].mode == 0o644


@pytest.mark.parametrize("pattern", release.NEEDED)
def test_a_missing_file_is_named(tree, tmp_path, monkeypatch, capsys, pattern):
    file = tree / _example(pattern)
    if file.name == "MODULE.bazel":
        return  # names the version, below
    file.unlink()
    assert _run(tree, tmp_path, monkeypatch, "--uncommitted") == 1
    assert pattern in capsys.readouterr().err
    assert not list(tmp_path.glob("*.tar.gz"))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (" M LICENSE\n", "1 files are not committed (LICENSE"),
        ("?? new.txt\n M LICENSE\n", "2 files are not committed (new.txt"),
    ],
)
def test_what_is_not_committed_is_refused(tree, tmp_path, monkeypatch, capsys, status, message):
    (tmp_path / "status").write_text(status)
    assert _run(tree, tmp_path, monkeypatch) == 1
    assert message in capsys.readouterr().err
    assert _run(tree, tmp_path, monkeypatch, "--uncommitted") == 0


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("MODULE.bazel", 'module(name = "model_press")\n', "module() has no version"),
        ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n", "expected one of 1.2.3"),
    ],
)
def test_versions_must_agree(tree, tmp_path, monkeypatch, capsys, file, text, message):
    (tree / file).write_text(text)
    assert _run(tree, tmp_path, monkeypatch, "--uncommitted") == 1
    assert message in capsys.readouterr().err


def test_this_workspace_has_what_a_release_needs():
    files = workspace_files.list_files(_ROOT)
    packed = release.pack(_ROOT, files, "p")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        names = [name.removeprefix("p/") for name in archive.getnames()]
    for needed in release.NEEDED:
        assert any(re.fullmatch(needed, name) for name in names), needed
    assert re.fullmatch(r"\d+\.\d+\.\d+", release.version(_ROOT))
    # Every package that a public rule names is there.
    assert {path for path in files if path.endswith("/BUILD")} <= set(names)
