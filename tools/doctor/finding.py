"""A finding of the doctor, and its printed form."""

import dataclasses
import enum
from collections.abc import Sequence


class State(enum.Enum):
    """OK: there. ABSENT: not there, and the build and its default tests do without. MISSING: needed."""

    OK = "ok"
    ABSENT = "absent"
    MISSING = "MISSING"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the report.

    subject: what was looked for. found: what there is, or what is wrong.
    costs: what does not work without it. fix: what to do. Both must be given unless it is there.
    """

    subject: str
    state: State
    found: str
    costs: str = ""
    fix: str = ""

    def __post_init__(self) -> None:
        if self.state is not State.OK and not (self.costs and self.fix):
            raise ValueError(
                f"{self.subject}: a finding that is not ok says what it costs and the fix"
            )


def ok(subject: str, found: str) -> Finding:
    """Return a finding of something that is as it should be."""
    return Finding(subject, State.OK, found)


def check(
    subject: str,
    found: str | None,
    wrong: str,
    costs: str,
    fix: str,
    state: State = State.MISSING,
) -> Finding:
    """Return a finding of what is there; without it (None or empty), of what is wrong."""
    return ok(subject, found) if found else Finding(subject, state, wrong, costs, fix)


def render(findings: Sequence[Finding]) -> str:
    """Return the report: a line per finding, two more under a missing tool, and a summary."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"  {finding.state.value:8} {finding.subject:{width}}  {finding.found}")
        if finding.state is not State.OK:
            indent = " " * (width + 13)
            lines += [f"{indent}costs: {finding.costs}", f"{indent}fix:   {finding.fix}"]
    counts = {state: sum(f.state is state for f in findings) for state in State}
    verdict = (
        "some parts cannot be built or tested here until the MISSING tools are installed"
        if counts[State.MISSING]
        else "`bazel build //android:app` and `bazel test //...` have what they need"
    )
    numbers = ", ".join(f"{counts[state]} {state.value}" for state in State)
    return "\n".join([*lines, "", f"{numbers}: {verdict}"])
