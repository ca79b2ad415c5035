"""Runs the gate named by GATE; it must fail with one line that has every part of SAYS."""

import os
import subprocess


def test_the_gate_is_red_and_says_why(tmp_path):
    done = subprocess.run(
        [os.path.abspath(os.environ["GATE"])],
        capture_output=True,
        text=True,
        env={**os.environ, "TEST_UNDECLARED_OUTPUTS_DIR": str(tmp_path)},
    )
    print(done.stderr)
    assert done.returncode == 1, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR //")]
    assert len(errors) == 1 and "internal error" not in errors[0]
    for part in os.environ["SAYS"].split("|"):
        assert part in errors[0]
