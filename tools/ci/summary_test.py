"""Feeds summary.py the events that Bazel 4.2.3 and 7.7.1 write, cut to what matters."""

import json
import pathlib

import pytest
import summary

_PASSING = (
    '<testsuites><testsuite><testcase name="a"/><testcase name="b"/></testsuite></testsuites>'
)
_MIXED = (
    '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure>no</failure></testcase>'
    '<testcase name="c"><skipped message="no phone"/></testcase><testcase name="d"><error/></testcase>'
    "</testsuite></testsuites>"
)


class Invocation:
    """The events of one `bazel test`."""

    def __init__(self, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.events: list[dict] = []
        self._capsys = capsys

    def result(self, label: str, status: str, xml: str | None = None, **more: object) -> None:
        """Add a testResult event; `more` may hold shard, attempt, seconds and cachedLocally."""
        outputs = [{"name": "test.log", "uri": (self.folder / "test.log").as_uri()}]
        if xml is not None:
            path = self.folder / f"{len(self.events)} test.xml"
            path.write_text(xml)
            outputs.append({"name": "test.xml", "uri": path.as_uri()})
        key = {"label": label, "run": 1}
        key |= {name: more.pop(name, 1) for name in ("shard", "attempt")}
        result = {
            "status": status,
            "testActionOutput": outputs,
            "testAttemptDurationMillis": str(int(1000 * more.pop("seconds", 1))),
            **more,
        }
        self.events.append({"id": {"testResult": key}, "testResult": result})

    def completed(self, label: str, **event: object) -> None:
        self.events.append({"id": {"targetCompleted": {"label": label}}, **event})

    def summarise(self, *options: str) -> tuple[int, list[str]]:
        """Return (exit code, printed lines)."""
        path = self.folder / "events.json"
        path.write_text("".join(json.dumps(event) + "\n" for event in self.events))
        code = summary.main([*options, str(path)])
        return code, self._capsys.readouterr().out.splitlines()


@pytest.fixture
def bazel(tmp_path, capsys) -> Invocation:
    return Invocation(tmp_path, capsys)


def test_counts_cases(bazel):
    bazel.events.append({"id": {"started": {}}, "started": {"command": "test"}})
    bazel.completed("//a:a", completed={"success": True})
    bazel.result("//a:a", "PASSED", _PASSING)
    bazel.result("//b:b", "FAILED", _MIXED)
    code, lines = bazel.summarise()
    assert (code, lines[-1]) == (1, "3 passed, 2 failed, 1 skipped")
    assert "SKIPPED //b:b: c: no phone" in lines
    assert f"FAILED //b:b: FAILED, log: {bazel.folder}/test.log" in lines


# (label, status, XML), each with further facts.
@pytest.mark.parametrize(
    ("results", "code", "counts"),
    [
        ([], 1, "0 passed, 0 failed"),
        (
            [("//a:a", "PASSED", _PASSING, {}), ("//b:b", "PASSED", None, {})],
            0,
            "3 passed, 0 failed",
        ),
        (
            [("//a:a", "TIMEOUT", _PASSING, {}), ("//b:b", "FAILED", None, {})],
            1,
            "2 passed, 2 failed",
        ),
        ([("//a:a", "PASSED", _MIXED, {})], 1, "1 passed, 2 failed, 1 skipped"),
        (
            [
                ("//a:a", "FAILED", _MIXED, {"attempt": 1}),
                ("//a:a", "PASSED", _PASSING, {"attempt": 2}),
            ],
            0,
            "2 passed, 0 failed",
        ),
    ],
    ids=[
        "nothing ran",
        "all green",
        "a timeout and a crash without a failing case",
        "a failing case although the program exited 0",
        "the last attempt decides",
    ],
)
def test_results_are_judged(bazel, results, code, counts):
    for label, status, xml, more in results:
        bazel.result(label, status, xml, **more)
    found, lines = bazel.summarise()
    assert (found, lines[-1]) == (code, counts)


def test_shards_add_up(bazel):
    bazel.result("//a:a", "PASSED", _PASSING, shard=1, seconds=2)
    bazel.result("//a:a", "PASSED", _PASSING, shard=2, seconds=3)
    code, lines = bazel.summarise()
    assert (code, lines[-1]) == (0, "4 passed, 0 failed")
    assert "      5.0 s  //a:a" in lines


def test_what_did_not_build_fails(bazel):
    bazel.result("//a:a", "PASSED", _PASSING)
    bazel.completed("//b:b", completed={"failureDetail": {"message": "bash failed: exit 1\nmore"}})
    bazel.completed("//c:c", aborted={"reason": "ANALYSIS_FAILURE"})
    code, lines = bazel.summarise()
    assert (code, lines[-1]) == (1, "2 passed, 2 failed")
    assert "FAILED //b:b: did not build: bash failed: exit 1" in lines
    assert "FAILED //c:c: did not build: ANALYSIS_FAILURE" in lines


def test_skips_are_counted_and_red_where_asked(bazel):
    bazel.result("//a:a", "PASSED", _PASSING)
    # A skipped app does not count as a skipped test.
    for label, configured in (
        ("//ios:app", {"targetKind": "ios_application rule"}),
        ("//b:b", {"targetKind": "py_test rule", "testSize": "SMALL"}),
    ):
        bazel.events.append(
            {"id": {"targetConfigured": {"label": label}}, "configured": configured}
        )
        bazel.completed(label, aborted={"reason": "SKIPPED", "description": "needs macOS"})
    assert bazel.summarise()[0] == 0
    code, lines = bazel.summarise("--no-skips")
    assert (code, lines[-1]) == (1, "2 passed, 0 failed, 1 skipped")
    assert "SKIPPED //b:b: needs macOS" in lines


def test_a_skip_of_an_unknown_kind_counts_as_a_test(bazel):
    bazel.completed("//b:b", aborted={"reason": "SKIPPED", "description": "needs macOS"})
    assert bazel.summarise()[1][-1] == "0 passed, 0 failed, 1 skipped"


def test_slowest_first_with_cached_ones_marked(bazel):
    for number in range(summary.SLOWEST + 5):
        bazel.result(
            f"//a:{number}", "PASSED", _PASSING, seconds=number, cachedLocally=number % 2 == 0
        )
    lines = bazel.summarise()[1]
    slowest = [line.split()[2] for line in lines if " s  //" in line]
    assert slowest == [f"//a:{number}" for number in range(summary.SLOWEST + 4, 4, -1)]
    assert "     24.0 s  //a:24 (cached)" in lines


def test_no_events_is_red(tmp_path, capsys):
    assert summary.main([str(tmp_path / "absent.json")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"
