"""Summarises one `bazel test` from its Build Event Protocol file (JSON, a line each).

Usage: summary.py [--no-skips] EVENTS.json

Counted is each test case in the JUnit XML of each test target (Bazel writes one of one case for a test that makes
none). A target that did not build, timed out, or failed without a failing case counts as one failure. The last line
reads `N passed, N failed`, with `, N skipped` where there are any.

Exits 1 when anything failed, when nothing ran, and with --no-skips also when something was skipped.
Standard library only.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

SLOWEST = 20


@dataclasses.dataclass
class Target:
    """The facts of one target.

    Attributes:
      label: e.g. "//tools/ci:ci_test".
      seconds: test time, summed over shards and attempts.
      cached: True if Bazel took every result from its cache.
      passed, failed: test cases.
      problems: what went wrong, in words; where to read more.
      skips: names and reasons of the skipped cases.
    """

    label: str
    seconds: float = 0.0
    cached: bool = True
    passed: int = 0
    failed: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)
    skips: list[str] = dataclasses.field(default_factory=list)


def read_targets(events: Iterable[dict[str, Any]]) -> dict[str, Target]:
    """Read the events of one invocation.

    Args:
      events: Build Event Protocol messages as JSON objects.
    Returns:
      label -> Target, for every test target and every target that did not build.
    """
    targets: dict[str, Target] = {}
    # (label, run, shard) -> its last attempt: only that one decides.
    results: dict[tuple[str, int, int], dict[str, Any]] = {}
    # What is not a test, such as an app that only macOS builds, is not a skipped test either.
    others: set[str] = set()
    for event in events:
        kind, key = next(iter(event.get("id", {"": {}}).items()))
        label = key.get("label", "") if isinstance(key, dict) else ""
        if kind == "targetConfigured" and "testSize" not in event.get("configured", {}):
            others.add(label)
        elif kind == "targetCompleted":
            _read_completion(targets, label, event, label not in others)
        elif kind == "testResult":
            result = event.get("testResult", {})
            target = targets.setdefault(label, Target(label))
            target.seconds += int(result.get("testAttemptDurationMillis", 0)) / 1000
            remotely = result.get("executionInfo", {}).get("cachedRemotely", False)
            target.cached = target.cached and bool(result.get("cachedLocally") or remotely)
            results[label, key.get("run", 1), key.get("shard", 1)] = result
    for (label, _, _), result in results.items():
        _count(targets[label], result)
    return targets


def _read_completion(
    targets: dict[str, Target], label: str, event: dict[str, Any], test: bool
) -> None:
    aborted = event.get("aborted")
    if aborted and aborted.get("reason") == "SKIPPED":
        if not test:
            return
        target = targets.setdefault(label, Target(label))
        target.skips.append(aborted.get("description") or "incompatible with this platform")
    elif aborted or not event.get("completed", {}).get("success"):
        target = targets.setdefault(label, Target(label))
        if not target.problems:
            aborted = aborted or {}
            detail = event.get("completed", {}).get("failureDetail", {}).get("message", "")
            reason = (
                aborted.get("description") or detail.partition("\n")[0] or aborted.get("reason", "")
            )
            target.failed += 1
            target.problems.append(f"did not build: {reason:.200}" if reason else "did not build")


def _count(target: Target, result: dict[str, Any]) -> None:
    outputs = result.get("testActionOutput", [])
    files = {output.get("name"): output.get("uri", "") for output in outputs}
    passed, failed, skips = _count_cases(files.get("test.xml", ""))
    status = result.get("status", "NO_STATUS")
    if status == "PASSED" and not failed:
        target.passed += passed if passed or skips else 1
    else:
        target.passed += passed
        target.failed += failed or 1
        target.problems.append(f"{status}, log: {_path(files.get('test.log', '')) or 'none'}")
    target.skips += skips


def _count_cases(uri: str) -> tuple[int, int, list[str]]:
    """Return (passed, failed, skipped cases with their reasons) of a JUnit XML file, zeros if it is unreadable."""
    try:
        root = ElementTree.parse(_path(uri)).getroot()
    except (OSError, ElementTree.ParseError):
        return 0, 0, []
    passed = failed = 0
    skips: list[str] = []
    for case in root.iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif skipped is not None:
            reason = skipped.get("message") or skipped.text or "no reason given"
            skips.append(f"{case.get('name')}: {reason}".strip())
        else:
            passed += 1
    return passed, failed, skips


def _path(uri: str) -> str:
    """Return the local file of a file URI; '' for anything else, such as a remote cache's."""
    parsed = urllib.parse.urlparse(uri)
    return urllib.request.url2pathname(parsed.path) if parsed.scheme == "file" else ""


def report(targets: dict[str, Target]) -> list[str]:
    """Return the lines for people, the counting line last."""
    ran = [target for target in targets.values() if target.seconds or target.passed]
    lines = [
        f"slowest {min(SLOWEST, len(ran))} of {len(ran)} test targets (time of the run that made the result):"
    ]
    for target in sorted(ran, key=lambda target: -target.seconds)[:SLOWEST]:
        cached = " (cached)" if target.cached else ""
        lines.append(f"{target.seconds:9.1f} s  {target.label}{cached}")
    for target in targets.values():
        lines += [f"SKIPPED {target.label}: {skip}" for skip in target.skips]
    for target in targets.values():
        lines += [f"FAILED {target.label}: {problem}" for problem in target.problems]
    passed, failed, skipped = totals(targets)
    lines.append(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return lines


def totals(targets: dict[str, Target]) -> tuple[int, int, int]:
    """Return (passed, failed, skipped) test cases."""
    everything = targets.values()
    return (
        sum(t.passed for t in everything),
        sum(t.failed for t in everything),
        sum(len(t.skips) for t in everything),
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Counts what one `bazel test` did.")
    parser.add_argument("--no-skips", action="store_true", help="a skipped test is a failure")
    parser.add_argument("events", type=pathlib.Path, help="what --build_event_json_file wrote")
    options = parser.parse_args(argv)
    try:
        with options.events.open(encoding="utf-8") as lines:
            targets = read_targets(json.loads(line) for line in lines if line.strip())
    except (OSError, json.JSONDecodeError) as error:
        print(f"FAILED: {options.events}: no readable build events ({error})\n0 passed, 1 failed")
        return 1
    print("\n".join(report(targets)))
    passed, failed, skipped = totals(targets)
    return int(bool(failed or not passed or (skipped and options.no_skips)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
