"""Paths that a user gives to a program that `bazel run` starts."""

import os


def resolve(path: str) -> str:
    """Return a path as the user means it: `bazel run` starts programs elsewhere and says here where the user is."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), path)
