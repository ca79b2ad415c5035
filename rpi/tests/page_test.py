"""The page in a real browser: a digit is drawn with the mouse, and its name appears."""

import math
import os
import pathlib
import time

import pytest
import service_process
from browser import Browser

_WAIT_S = 60


@pytest.fixture
def chromium():
    """The command of Chromium in a Debian of its own."""
    reason = pathlib.Path(os.environ["PI_UNAVAILABLE"]).read_text().strip()
    if reason:
        pytest.skip(reason)

    def command(folder):
        words = [
            os.environ["PI_ENTER"],
            os.environ["PI_BROWSER"],
            folder,
            "/usr/lib/chromium/chromium",
        ]
        return [os.path.abspath(words[0]), os.path.abspath(words[1]), str(folder), words[3]]

    return command


def _three(box):
    """Points of a handwritten 3 in the drawing pad."""
    left, top, width, height = box
    upper = [(0.5, 0.34, 0.17, 0.14, degrees) for degrees in range(-150, 91, 10)]
    lower = [(0.5, 0.64, 0.19, 0.16, degrees) for degrees in range(-90, 151, 10)]
    return [
        (
            left + width * (x + a * math.cos(math.radians(degrees))),
            top + height * (y + b * math.sin(math.radians(degrees))),
        )
        for x, y, a, b, degrees in upper + lower
    ]


def _until(browser, expression):
    for _ in range(_WAIT_S * 5):
        if browser.evaluate(expression):
            return
        time.sleep(0.2)
    shown = browser.evaluate("document.body.innerText")
    raise AssertionError(f"never true: {expression}; the page says {shown}")


def test_drawn_digit_is_named(tmp_path, chromium):
    (tmp_path / "profile").mkdir()
    with service_process.running(tmp_path) as service:
        url = f"http://127.0.0.1:{service.port}/"
        browser = Browser(chromium(tmp_path), url, 1120, 560, str(tmp_path / "profile"))
        _until(browser, "document.getElementById('state')?.textContent.includes('is ready')")
        box = browser.evaluate(
            "(() => { const b = document.getElementById('pad').getBoundingClientRect();"
            " return [b.left, b.top, b.width, b.height]; })()"
        )
        for ink, expected in enumerate(("3 red", "3 blue")):
            browser.evaluate("document.getElementById('clear').click()")
            browser.evaluate(f"document.querySelectorAll('input[name=ink]')[{ink}].click()")
            browser.drag(_three(box))
            _until(browser, f"document.getElementById('message').textContent === '{expected}'")
        picture = browser.screenshot()
        browser.close()
    assert picture.startswith(b"\x89PNG")
    outputs = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    if outputs:
        pathlib.Path(outputs, "pi_page.png").write_bytes(picture)
