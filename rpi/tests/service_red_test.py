"""The checks of service_test go red: each on a runner whose source has one fault."""

import functools
import pathlib
import zipfile

import launch
import pytest
import service_checks
import service_process

_LEAK = "self._answered += 1; self.__dict__.setdefault('leak', []).append(b'x' * 1_000_000)"
_mixed = functools.partial(service_checks.mixed_clients, requests=60)


def _faulty(path: pathlib.Path, file: str, right: str, wrong: str) -> pathlib.Path:
    """A copy of the runner in which one line of one source file is another."""
    name = "app/pi_runner/" + file
    with open(launch.RUNNER, "rb") as source, open(path, "wb") as target:
        target.write(source.readline())
    with zipfile.ZipFile(launch.RUNNER) as source, zipfile.ZipFile(path, "a") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == name:
                assert data.count(right.encode()) == 1, f"{file} has no such line any more"
                data = data.replace(right.encode(), wrong.encode())
            target.writestr(info, data)
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def photo():
    return service_checks.held_out_photo()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        ("service/engine.py", "self._answered += 1", _LEAK, "grown by"),
        ("classifier.py", "np.argsort(-scores", "np.argsort(scores", "wrong class"),
        (
            "service/app.py",
            "raise BadRequest(str(error))",
            "raise Exception(str(error))",
            "500 instead of 400",
        ),
        (
            "service/app.py",
            "raise RequestEntityTooLarge(",
            "raise BadRequest(",
            "400 instead of 413",
        ),
        ("service/server.py", "limits.body_bytes + 1", "10**9", "no 413"),
    ],
)
def test_mixed_clients(tmp_path, monkeypatch, photo, file, right, wrong, message):
    runner = _faulty(tmp_path / "runner", file, right, wrong)
    monkeypatch.setattr(launch, "RUNNER", str(runner))
    with (
        service_process.running(tmp_path, *service_checks.OPTIONS) as service,
        pytest.raises(AssertionError, match=message),
    ):
        _mixed(service, photo)


def test_sigterm(tmp_path, monkeypatch, photo):
    right = "while self._working() and time.monotonic() < deadline"
    runner = _faulty(tmp_path / "runner", "service/server.py", right, "while False")
    monkeypatch.setattr(launch, "RUNNER", str(runner))
    with (
        service_process.running(tmp_path) as service,
        pytest.raises((AssertionError, ConnectionError), match="cut the answer short|reset|pipe"),
    ):
        service_checks.sigterm_finishes_the_request_that_is_arriving(service, photo)


def test_lost_model(tmp_path, monkeypatch):
    runner = _faulty(tmp_path / "runner", "service/engine.py", "found = []", "return []")
    monkeypatch.setattr(launch, "RUNNER", str(runner))
    with (
        service_process.running(tmp_path) as service,
        pytest.raises(AssertionError, match="200 instead of 503"),
    ):
        service_checks.lost_model_is_a_health_error(service, tmp_path)


def test_an_unchanged_copy_is_green(tmp_path, monkeypatch, photo):
    """The faults are what makes the others red, not the copying."""
    runner = _faulty(tmp_path / "runner", "service/engine.py", "found = []", "found = list()")
    monkeypatch.setattr(launch, "RUNNER", str(runner))
    with service_process.running(tmp_path, *service_checks.OPTIONS) as service:
        _mixed(service, photo)
