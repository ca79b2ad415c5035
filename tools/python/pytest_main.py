"""Entry point of every pytest_test: runs pytest on the files named by Bazel and writes Bazel's XML."""

import os
import sys

import pytest


def main(arguments: list[str]) -> int:
    """Return pytest's exit status; no test collected counts as a failure."""
    # Python puts the folder of this very file, in the source tree, first on the path: not what the test depends on.
    own = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [path for path in sys.path if path != own]
    # Also keeps pytest from writing rewritten bytecode into the packages, which are directory artifacts.
    sys.dont_write_bytecode = True
    options = ["-p", "no:cacheprovider", "--import-mode=importlib", "-q", "--color=no", "-ra"]
    if "XML_OUTPUT_FILE" in os.environ:
        options.append("--junit-xml=" + os.environ["XML_OUTPUT_FILE"])
    if "TESTBRIDGE_TEST_ONLY" in os.environ:  # bazel test --test_filter=EXPRESSION
        options += ["-k", os.environ["TESTBRIDGE_TEST_ONLY"]]
    if "TEST_TMPDIR" in os.environ:
        options.append("--basetemp=" + os.path.join(os.environ["TEST_TMPDIR"], "pytest"))
    return pytest.main(options + arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
