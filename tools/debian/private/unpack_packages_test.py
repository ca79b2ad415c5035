"""The mirror is found in both of apt's formats; where there is none, one line says so."""

import hashlib
import pathlib
import subprocess

import pytest
import unpack_packages


@pytest.fixture
def etc(tmp_path, monkeypatch):
    monkeypatch.delenv("MODEL_PRESS_DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/other.list").write_text(
        "deb https://packages.example/apt vendor main\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("suite", "file", "text"),
    [
        (
            "trixie",
            "sources.list.d/debian.sources",
            "Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: trixie trixie-updates\n\n"
            "Types: deb\nURIs: http://mirror.example/security\nSuites: trixie-security\n",
        ),
        (
            "bookworm",
            "sources.list",
            "# deb http://off.example bookworm main\n"
            "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib\n",
        ),
        ("forky", "sources.list", "deb http://mirror.example/debian unstable main\n"),
    ],
    ids=["deb822", "one line", "unstable installs under another name"],
)
def test_the_mirror_is_found(etc, suite, file, text):
    (etc / file).write_text(text)
    assert unpack_packages.mirror(suite, etc) == "http://mirror.example/debian"


def test_no_archive_of_this_suite(etc):
    with pytest.raises(
        unpack_packages.UnavailableError, match="no archive of the suite sid; set MODEL_PRESS"
    ):
        unpack_packages.mirror("sid", etc)


def test_own_mirror_wins(etc, monkeypatch):
    monkeypatch.setenv("MODEL_PRESS_DEBIAN_MIRROR", "http://own.example/debian")
    assert unpack_packages.mirror("sid", etc) == "http://own.example/debian"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ID=debian\nVERSION_CODENAME=bookworm\nNAME="Debian GNU/Linux"\n', "bookworm"),
        ("ID=ubuntu\nVERSION_CODENAME=noble\n", ""),
    ],
)
def test_codename(tmp_path, text, expected):
    path = tmp_path / "os-release"
    path.write_text(text)
    assert unpack_packages.codename(path) == expected


def test_unpacked_and_recorded(tmp_path):
    tree, root = tmp_path / "tree", tmp_path / "root"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: hello\nVersion: 1:2.0\nArchitecture: all\nMaintainer: A <a@example>\nDescription: x\n"
    )
    (tree / "bin").mkdir()
    (tree / "bin/hello").write_text("#!/bin/sh\n")
    deb = tmp_path / "hello_1%3a2.0_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-b", tree, deb], check=True, capture_output=True
    )
    record = unpack_packages.unpack([deb], root)
    sha256 = hashlib.sha256(deb.read_bytes()).hexdigest()
    assert record == [{"name": "hello", "version": "1:2.0", "sha256": sha256}]
    assert (root / "usr/bin/hello").exists()  # through the link of the merged /usr
    assert pathlib.Path(root / "bin").is_symlink()


def test_links_stay_inside(tmp_path):
    root = tmp_path / "root"
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/tool").write_text("inside")
    (root / "tool").symlink_to("/usr/bin/tool")
    (root / "nowhere").symlink_to("/etc/hostname")
    (root / "next").symlink_to("nowhere")
    (root / "usr/bin/circle").symlink_to(".")
    unpack_packages.relink(root)
    assert (root / "tool").readlink() == pathlib.Path("usr/bin/tool")
    assert sorted(path.name for path in root.iterdir()) == ["tool", "usr"]
    assert [path.name for path in (root / "usr/bin").iterdir()] == ["tool"]


def test_only_what_is_asked_for_stays(tmp_path):
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/lib/deep").mkdir(parents=True)
    (tmp_path / "bin").symlink_to("usr/bin")
    for name in ("usr/bin/wanted", "usr/bin/other", "usr/lib/deep/more"):
        (tmp_path / name).touch()
    with pytest.raises(unpack_packages.UnavailableError, match="no .*usr/bin/absent"):
        unpack_packages.keep_only(tmp_path, ["usr/bin/wanted", "usr/bin/absent"])
    unpack_packages.keep_only(tmp_path, ["usr/bin/wanted"])
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == [
        "usr",
        "usr/bin",
        "usr/bin/wanted",
    ]
