"""The checks of service_test go red: each on a runner whose source has one fault."""

import functools
import pathlib
import posixpath
import zipfile

import launch
import pytest
import service_checks
import service_process

_LEAK = "self._answered += 1; self.__dict__.setdefault('leak', []).append(b'x' * 1_000_000)"
_mixed = functools.partial(service_checks.mixed_clients, requests=60)


def _lost_model(service: service_process.Service, photo: service_checks.Photo) -> None:
    service_checks.lost_model_is_a_health_error(service)


def _faulty(path: pathlib.Path, file: str, right: str, wrong: str) -> pathlib.Path:
    """A copy of the runner in which one line of one source file is another."""
    name = posixpath.normpath("app/pi_runner/service/" + file)
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
    ("check", "file", "right", "wrong", "message"),
    [
        (_mixed, "engine.py", "self._answered += 1", _LEAK, "grown by"),
        (_mixed, "../classifier.py", "np.argsort(-scores", "np.argsort(scores", "wrong class"),
        (_mixed, "app.py", "BadRequest(str(error))", "Exception(str(error))", "500 instead of 400"),
        (
            _mixed,
            "app.py",
            "raise RequestEntityTooLarge(",
            "raise BadRequest(",
            "400 instead of 413",
        ),
        (_mixed, "server.py", "limits.body_bytes + 1", "10**9", "no 413"),
        (
            service_checks.slow_connections_are_bounded,
            "server.py",
            "self._drop_largest_bodies()",
            "pass",
            "temporary files of|another client waited",
        ),
        (
            service_checks.sigterm_finishes_the_request_that_is_arriving,
            "server.py",
            "while self._working() and time.monotonic() < deadline",
            "while False",
            "cut the answer short|reset|pipe",
        ),
        (_lost_model, "engine.py", "found = []", "return []", "200 instead of 503"),
    ],
)
def test_a_fault_is_seen(tmp_path, monkeypatch, photo, check, file, right, wrong, message):
    monkeypatch.setattr(launch, "RUNNER", str(_faulty(tmp_path / "runner", file, right, wrong)))
    with (
        service_process.running(tmp_path, *service_checks.OPTIONS) as service,
        pytest.raises((AssertionError, ConnectionError), match=message),
    ):
        check(service, photo)


def test_an_unchanged_copy_is_green(tmp_path, monkeypatch, photo):
    """The faults are what makes the others red, not the copying."""
    runner = _faulty(tmp_path / "runner", "engine.py", "found = []", "found = list()")
    monkeypatch.setattr(launch, "RUNNER", str(runner))
    with service_process.running(tmp_path, *service_checks.OPTIONS) as service:
        _mixed(service, photo)
