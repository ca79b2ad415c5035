"""A target's modules can be imported with what the target brings, and none imports TensorFlow meanwhile."""

import importlib
import os
import sys

import python_pages

TARGET = os.environ["TARGET"]


def test_modules_are_there():
    [page] = [page for page in python_pages.PAGES.values() if page.target == TARGET]
    for module in page.modules:
        importlib.import_module(module)
    assert "tensorflow" not in sys.modules
