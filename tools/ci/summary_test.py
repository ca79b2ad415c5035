"""Feeds summary.py the events that Bazel 4.2.3 and 7.7.1 write, cut to what matters."""

from __future__ import annotations

import contextlib
import io
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


class TestSummary:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: pathlib.Path) -> None:
        self.folder = tmp_path
        self.events: list[dict] = []

    def result(self, label: str, status: str, xml: str | None = None, **more: object) -> None:
        """Adds a testResult event; `more` may hold shard, attempt, seconds and cachedLocally."""
        path = self.folder / f"{len(self.events)} test.xml"
        outputs = [{"name": "test.log", "uri": (self.folder / "test.log").as_uri()}]
        if xml is not None:
            path.write_text(xml)
            outputs.append({"name": "test.xml", "uri": path.as_uri()})
        key = {
            "label": label,
            "run": 1,
            "shard": more.pop("shard", 1),
            "attempt": more.pop("attempt", 1),
        }
        milliseconds = str(int(1000 * more.pop("seconds", 1)))
        result = {
            "status": status,
            "testActionOutput": outputs,
            "testAttemptDurationMillis": milliseconds,
            **more,
        }
        self.events.append({"id": {"testResult": key}, "testResult": result})

    def completed(self, label: str, **event: object) -> None:
        self.events.append({"id": {"targetCompleted": {"label": label}}, **event})

    def run_main(self, *options: str) -> tuple[int, list[str]]:
        path = self.folder / "events.json"
        path.write_text("".join(json.dumps(event) + "\n" for event in self.events))
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = summary.main([*options, str(path)])
        return code, output.getvalue().splitlines()

    def test_counts_cases(self) -> None:
        self.events.append({"id": {"started": {}}, "started": {"command": "test"}})
        self.completed("//a:a", completed={"success": True})
        self.result("//a:a", "PASSED", _PASSING)
        self.result("//b:b", "FAILED", _MIXED)
        code, lines = self.run_main()
        assert (code, lines[-1]) == (1, "3 passed, 2 failed, 1 skipped")
        assert "SKIPPED //b:b: c: no phone" in lines
        assert f"FAILED //b:b: FAILED, log: {self.folder}/test.log" in lines

    def test_all_green(self) -> None:
        self.result("//a:a", "PASSED", _PASSING)
        self.result("//b:b", "PASSED")
        assert self.run_main() == (0, self.run_main()[1])
        assert self.run_main()[1][-1] == "3 passed, 0 failed"

    def test_timeout_and_crash_count_although_no_case_failed(self) -> None:
        self.result("//a:a", "TIMEOUT", _PASSING)
        self.result("//b:b", "FAILED")
        code, lines = self.run_main()
        assert (code, lines[-1]) == (1, "2 passed, 2 failed")

    def test_failing_case_counts_although_the_program_exited_0(self) -> None:
        self.result("//a:a", "PASSED", _MIXED)
        code, lines = self.run_main()
        assert (code, lines[-1]) == (1, "1 passed, 2 failed, 1 skipped")

    def test_last_attempt_decides(self) -> None:
        self.result("//a:a", "FAILED", _MIXED, attempt=1)
        self.result("//a:a", "PASSED", _PASSING, attempt=2)
        code, lines = self.run_main()
        assert (code, lines[-1]) == (0, "2 passed, 0 failed")

    def test_shards_add_up(self) -> None:
        self.result("//a:a", "PASSED", _PASSING, shard=1, seconds=2)
        self.result("//a:a", "PASSED", _PASSING, shard=2, seconds=3)
        code, lines = self.run_main()
        assert (code, lines[-1]) == (0, "4 passed, 0 failed")
        assert "      5.0 s  //a:a" in lines

    def test_what_did_not_build_fails(self) -> None:
        self.result("//a:a", "PASSED", _PASSING)
        self.completed(
            "//b:b", completed={"failureDetail": {"message": "bash failed: exit 1\nmore"}}
        )
        self.completed("//c:c", aborted={"reason": "ANALYSIS_FAILURE"})
        code, lines = self.run_main()
        assert (code, lines[-1]) == (1, "2 passed, 2 failed")
        assert "FAILED //b:b: did not build: bash failed: exit 1" in lines
        assert "FAILED //c:c: did not build: ANALYSIS_FAILURE" in lines

    def test_skips_are_counted_and_red_where_asked(self) -> None:
        self.result("//a:a", "PASSED", _PASSING)
        self.completed("//b:b", aborted={"reason": "SKIPPED", "description": "needs macOS"})
        assert self.run_main()[0] == 0
        code, lines = self.run_main("--no-skips")
        assert (code, lines[-1]) == (1, "2 passed, 0 failed, 1 skipped")
        assert "SKIPPED //b:b: needs macOS" in lines

    def test_a_skipped_app_is_no_skipped_test(self) -> None:
        self.result("//a:a", "PASSED", _PASSING)
        for label, configured in (
            ("//ios:app", {"targetKind": "ios_application rule"}),
            ("//b:b", {"targetKind": "py_test rule", "testSize": "SMALL"}),
        ):
            self.events.append(
                {"id": {"targetConfigured": {"label": label}}, "configured": configured}
            )
            self.completed(label, aborted={"reason": "SKIPPED", "description": "needs macOS"})
        code, lines = self.run_main("--no-skips")
        assert (code, lines[-1]) == (1, "2 passed, 0 failed, 1 skipped")
        assert "SKIPPED //b:b: needs macOS" in lines

    def test_nothing_ran_is_red(self) -> None:
        assert self.run_main()[0] == 1
        assert self.run_main()[1][-1] == "0 passed, 0 failed"

    def test_slowest_first_with_cached_ones_marked(self) -> None:
        for number in range(summary.SLOWEST + 5):
            self.result(
                f"//a:{number}", "PASSED", _PASSING, seconds=number, cachedLocally=number % 2 == 0
            )
        lines = self.run_main()[1]
        slowest = [line.split()[2] for line in lines if " s  //" in line]
        assert slowest == [f"//a:{number}" for number in range(summary.SLOWEST + 4, 4, -1)]
        assert "     24.0 s  //a:24 (cached)" in lines

    def test_no_events_is_red(self) -> None:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            assert summary.main([str(self.folder / "absent.json")]) == 1
        assert output.getvalue().splitlines()[-1] == "0 passed, 1 failed"
