"""Real pip on real (tiny) wheels, without network: what is installed, and what is refused."""

import hashlib
import os
import pathlib
import site
import zipfile

import pytest

site.main()  # the build's Python hides the machine's packages, and pip is one of them
import install_site  # noqa: E402
import pip_client  # noqa: E402

_NAME = "half-adder"
_RELOCK = "//some:lock"
_WHEEL = "half_adder-1.0-py3-none-any.whl"


@pytest.fixture(name="wheels")
def _wheels(tmp_path, monkeypatch):
    """A folder with one wheel, and a working folder to install in; pip sees no index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "half_adder-1.0.dist-info"
    files = {
        "half_adder/__init__.py": "SUM = 1\n",
        "half_adder/BUILD": "# would make the folder a Bazel package\n",
        "half_adder/tests/test_it.py": "",
        "half_adder-1.0.data/scripts/add": "#!python\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {_NAME}\nVersion: 1.0\nRequires-Dist: not-locked\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / _WHEEL, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(
            f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        )
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def _lock(text: str) -> pathlib.Path:
    path = pathlib.Path("lock.txt").absolute()
    path.write_text(text + "\n")
    return path


def _digest(wheels: pathlib.Path) -> str:
    return hashlib.sha256((wheels / _WHEEL).read_bytes()).hexdigest()


@pytest.fixture(name="lock")
def _good_lock(wheels) -> pathlib.Path:
    """A lock file of the one wheel."""
    return _lock(f"{_NAME}==1.0 --hash=sha256:{_digest(wheels)}")


def test_a_stub_satisfies_what_requires_it(lock):
    install_site.main(lock, _RELOCK, stubs=["not_locked"])
    assert 'deps = [":not_locked"]' in pathlib.Path("BUILD.bazel").read_text()
    assert pathlib.Path("not_locked/site-packages/not_locked.py").exists()


@pytest.mark.parametrize(
    ("files", "data"), [(False, '["{}"]'), (True, 'glob(["{}/**"])')], ids=["directory", "files"]
)
def test_a_library_is_one_directory_unless_files_are_asked_for(files, data, lock):
    install_site.main(lock, _RELOCK, files=files)
    build = pathlib.Path("BUILD.bazel").read_text()
    assert f"data = {data.format('half_adder/site-packages')}," in build


def test_one_library_a_package(lock):
    install_site.main(lock, _RELOCK, ["adder=half-adder"])
    build = pathlib.Path("BUILD.bazel").read_text()
    assert 'name = "half_adder"' in build
    assert 'name = "adder",\n    actual = ":half_adder"' in build
    assert "not_locked" not in build
    site = pathlib.Path("half_adder/site-packages/half_adder")
    assert (site / "__init__.py").read_text() == "SUM = 1\n"
    assert not (site / "BUILD").exists() and not (site / "tests").exists()
    assert list(site.glob("__pycache__/*.pyc")), "bytecode is made once, here"
    assert pathlib.Path("half_adder/bin/add").exists()
    [record] = pathlib.Path("half_adder/site-packages").glob("*.dist-info/RECORD")
    assert "bin/add" not in record.read_text() and "half_adder/__init__.py" in record.read_text()
    assert not pathlib.Path("all").exists()


def test_bytecode_is_the_same_in_every_folder(lock, tmp_path, monkeypatch):
    found = []
    for name in "ab":
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        install_site.main(lock, _RELOCK)
        found.append([path.read_bytes() for path in sorted(pathlib.Path(".").rglob("*.pyc"))])
    assert found[0] == found[1] and found[0]


def test_bytecode_does_not_know_a_folder_of_the_same_name_above_it(tmp_path, monkeypatch):
    found = []
    for name in "ab":
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        depth = len(tmp_path.parts)
        module = pathlib.Path(*["p"] * (depth - 1), "a", "module.py")
        module.parent.mkdir(parents=True)
        module.write_text("def f():\n    return 1\n")
        install_site.compile_all()
        found += [path.read_bytes() for path in pathlib.Path(".").rglob("*.pyc")]
    assert len(found) == 2 and found[0] == found[1]


def test_parts_are_installed_side_by_side_and_none_is_left_if_one_fails(wheels, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    lock = f"other==2.0 --hash=sha256:{'1' * 64}\n{_NAME}==1.0 --hash=sha256:{_digest(wheels)}"
    installed = []
    plain = pip_client.install

    def watched(part, site, request):
        plain(part, site, request)
        installed.append(site)

    monkeypatch.setattr(pip_client, "install", watched)
    with pytest.raises(SystemExit, match="other==2.0 of lock.txt has no wheel"):
        install_site.main(_lock(lock), _RELOCK)
    assert [str(site) for site in installed] == ["all/1/site"]
    assert not pathlib.Path("all").exists() and not pathlib.Path("BUILD.bazel").exists()


# shows: pain D53; fault stale hash in a lock
def test_stale_hash_is_refused_by_name(wheels):
    stale = "0" * 64
    with pytest.raises(SystemExit) as caught:
        install_site.main(_lock(f"{_NAME}==1.0 --hash=sha256:{stale}"), _RELOCK)
    message = str(caught.value)
    assert _NAME in message or message.startswith("half_adder==1.0")
    assert f"sha256 is {_digest(wheels)}, expected {stale} from lock.txt" in message
    assert "bazel run //some:lock" in message and "\n" not in message
    assert not pathlib.Path("all").exists(), "nothing half-written is left behind"


# shows: fault stale hash in a lock
def test_changed_byte_is_refused(wheels, lock):
    with open(wheels / _WHEEL, "ab") as wheel:
        wheel.write(b"\0")
    with pytest.raises(SystemExit, match="sha256 is .* expected .*a changed file is refused"):
        install_site.main(lock, _RELOCK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("other==2.0 --hash=sha256:" + "1" * 64, "other==2.0 of lock.txt has no wheel for Python"),
        ("half-adder==1.0", "installing lock.txt failed: ERROR: "),
    ],
)
def test_other_failures_are_one_line(wheels, text, expected):
    with pytest.raises(SystemExit) as caught:
        install_site.main(_lock(text), _RELOCK)
    assert expected in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n    absl-py==1.4.0 from x:\n"
            "        Expected sha256 aaa\n             Got        bbb\n",
            "absl-py==1.4.0: sha256 is bbb, expected aaa from lock.txt; a changed file is refused",
        ),
        (
            "ERROR: No matching distribution found for numpy==2.4.6",
            "numpy==2.4.6 of lock.txt has no wheel for CPython 3.9 on Linux aarch64",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "no disk space left",
        ),
        ("Temporary failure in name resolution", "no package index is reachable"),
        (
            "... NewConnectionError('...: Failed to establish a new connection ...')",
            "no package index is reachable",
        ),
        ("/usr/bin/python3: No module named pip", "this Python has no pip; run ./bazelw once"),
        ("noise\nERROR: odd\nhint", "installing lock.txt failed: ERROR: odd"),
    ],
)
def test_pip_failures(output, message):
    request = pip_client.Request(_RELOCK, "5 GB", "CPython 3.9 on Linux aarch64")
    found = pip_client.explain(output, "lock.txt", request)
    assert found.startswith(message) and "\n" not in found


def test_platform_tags_end_at_the_machines_glibc():
    names = pip_client.platforms("aarch64", 36)
    assert names[0] == "manylinux_2_36_aarch64" and names[-1] == "manylinux2014_aarch64"
    assert "manylinux_2_37_aarch64" not in names


def test_launchers_and_their_hashes_are_forgotten(tmp_path):
    info = tmp_path / "numpy-1.dist-info"
    info.mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/f2py").write_text("#!/a/python\n")
    kept = "numpy/bin/x.py,sha256=a,1\nnumpy/__init__.py,sha256=b,2\n"
    (info / "RECORD").write_text("../../bin/f2py,sha256=c,3\n" + kept + "bin/g,sha256=d,4\n")
    pip_client.remove_launchers(tmp_path)
    assert not (tmp_path / "bin").exists()
    assert (info / "RECORD").read_text() == kept


_HEAD = "# made by a tool\n--prefer-binary\n"
_FIRST = "absl-py==1.0 \\\n    --hash=sha256:11\n"
_SECOND = (
    "large.net==2.0 ; sys_platform == 'linux' \\\n    --hash=sha256:22 \\\n    --hash=sha256:33\n"
)
_THIRD = "wrapt==3.0 --hash=sha256:44\n"


@pytest.mark.parametrize(
    ("lock", "number", "expected"),
    [
        (_HEAD + _FIRST + _SECOND, 1, [_HEAD + _FIRST + _SECOND]),
        (_HEAD + _FIRST + _SECOND + _THIRD, 2, [_HEAD + _FIRST + _THIRD, _HEAD + _SECOND]),
        (_FIRST + _SECOND, 8, [_FIRST, _SECOND]),
        (_HEAD, 4, [_HEAD]),
    ],
    ids=["whole", "two", "fewer than asked for", "no requirement"],
)
def test_each_requirement_is_in_one_part(lock, number, expected):
    assert install_site.split_lock(lock, number) == expected
