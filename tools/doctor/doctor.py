"""Reports the machine's build tools: present, missing, the consequences and the fix.

`bazel run //:doctor`, or `python3 tools/doctor/doctor.py` where Bazel itself is what is missing. Looks only: it changes
nothing and uses no network. Exit code 1 where something that the build needs is missing.
"""

import sys
from concurrent import futures

import checks
import finding
import programs
from machine import Machine, this_machine

_CHECKS = [
    checks.system,
    checks.memory,
    checks.disk,
    checks.namespaces,
    programs.programs,
    checks.android_sdk,
    checks.adb,
    checks.dpkg_deb,
    checks.emulated_pi,
    checks.xcode,
]


def examine(machine: Machine) -> list[finding.Finding]:
    """Return all findings, in a fixed order."""
    with futures.ThreadPoolExecutor() as pool:
        return sum(pool.map(lambda check: list(check(machine)), _CHECKS), [])


def main() -> int:
    findings = examine(this_machine())
    print(finding.render(findings))
    return int(any(each.state is finding.State.MISSING for each in findings))


if __name__ == "__main__":
    sys.exit(main())
