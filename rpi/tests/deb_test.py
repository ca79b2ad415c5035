"""The Debian package: what is in it, what Debian's own checkers say of it, and that they would complain."""

import gzip
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import zipfile

import pytest

pytest_plugins = ["debian"]

_DEB = pathlib.Path(os.environ["PI_DEB"]).absolute()
_NAME = "model-press-runner"


def _run(*words) -> str:
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The package's files."""
    folder = tmp_path_factory.mktemp("tree")
    _run("dpkg-deb", "-R", _DEB, folder)
    return folder


def test_control(tree):
    fields = _run("dpkg-deb", "-f", _DEB)
    assert f"Package: {_NAME}\n" in fields and "Architecture: arm64\n" in fields
    assert "python3 (>= 3.11), python3 (<< 3.14)" in fields


def test_files_and_owners():
    """Everything is root's, nothing is writable by others, one time for all."""
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", _DEB], capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = archive.getmembers()
    assert {f"./usr/bin/{_NAME}", f"./usr/lib/systemd/system/{_NAME}.service"} < {
        m.name for m in members
    }
    assert {(m.uname, m.gname) for m in members} == {("root", "root")}
    assert not [m.name for m in members if m.mode & 0o022]
    assert len({m.mtime for m in members}) == 1


def test_carries_the_very_runner(tree):
    installed = (tree / "usr/bin" / _NAME).read_bytes()
    built = pathlib.Path(os.environ["PI_RUNNER"]).read_bytes()
    assert installed.partition(b"\n")[0].rstrip() == b"#!/usr/bin/python3"
    assert len(installed) == len(built)
    assert installed.partition(b"\n")[2] == built.partition(b"\n")[2]


def test_carries_the_licences_of_its_packages(tree):
    notice = gzip.decompress((tree / f"usr/share/doc/{_NAME}/NOTICE.gz").read_bytes()).decode()
    with zipfile.ZipFile(os.environ["PI_RUNNER"]) as archive:
        carried = set(
            re.findall(
                r"site/[^/]+/([^/]+)-[^/-]+\.dist-info/METADATA", "\n".join(archive.namelist())
            )
        )
        assert archive.read("NOTICE.txt").decode() == notice
    assert len(carried) >= 8
    for name in carried:
        assert re.search(
            rf"^  {name.replace('_', '.')} \S+: \S", notice, re.MULTILINE | re.IGNORECASE
        ), name


def test_checksums(tree):
    for line in (tree / "DEBIAN/md5sums").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.md5((tree / name).read_bytes()).hexdigest() == digest
    assert (tree / "DEBIAN/conffiles").read_text() == f"/etc/default/{_NAME}\n"


def test_no_template_is_left(tree):
    texts = [p for p in tree.rglob("*") if p.is_file() and p.stat().st_size < 100_000]
    assert len(texts) >= 8
    assert not [p for p in texts if b"@PACKAGE" in p.read_bytes()]


def test_lintian_is_content(enter):
    done = enter(
        f"mkdir -p /etc/dpkg/origins; ln -sf debian /etc/dpkg/origins/default\n"
        f"lintian --allow-root --fail-on=error,warning {_DEB.name}"
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_lintian_would_complain(enter):
    """A seeded fault: the same check is red."""
    done = enter(
        f"mkdir -p /etc/dpkg/origins; ln -sf debian /etc/dpkg/origins/default\n"
        f"dpkg-deb -R {_DEB.name} t; chmod 777 t/etc/default/{_NAME}; rm -r t/usr/share/doc\n"
        f"dpkg-deb --root-owner-group -Znone -b t bad.deb >/dev/null\n"
        f"lintian --allow-root --fail-on=error,warning bad.deb"
    )
    assert done.returncode != 0
    assert "no-copyright-file" in done.stdout


def test_systemd_accepts_the_unit(enter):
    done = enter(
        f"dpkg-deb -x {_DEB.name} /\n"
        f"systemd-analyze verify {_NAME}.service\n"
        f"systemd-analyze security --offline=true --threshold=20 {_NAME}.service\n"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level" in done.stdout
    assert not [line for line in done.stderr.splitlines() if _NAME in line], done.stderr


def test_systemd_accepts_the_users_unit(enter, tmp_path):
    """The one that pi_deploy installs."""
    shutil.copyfile(os.environ["PI_USER_UNIT"], tmp_path / "press.service")
    done = enter(
        "export XDG_RUNTIME_DIR=/tmp; mkdir -p /tmp/.local/bin; cp /bin/true /tmp/.local/bin/press\n"
        "systemd-analyze --user --man=no verify ./press.service"
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_man_page(enter):
    done = enter(
        f"dpkg-deb -x {_DEB.name} t\n"
        f"zcat t/usr/share/man/man1/{_NAME}.1.gz | groff -man -ww -z -Tutf8 2>&1\n"
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
