"""The page in a real browser: a digit is drawn with the mouse, and its name appears."""

import contextlib
import math
import os
import pathlib
import time

import debian
import pytest
import service_process
from browser import Browser

_WAIT_S = 60
_TOKEN = "0123456789abcdef+/=="


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


def _box(browser):
    return browser.evaluate(
        "(() => { const b = document.getElementById('pad').getBoundingClientRect();"
        " return [b.left, b.top, b.width, b.height]; })()"
    )


def _message_is(text):
    return f"document.getElementById('message').textContent === {text!r}"


def _keep(name, picture):
    assert picture.startswith(b"\x89PNG")
    outputs = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    if outputs:
        pathlib.Path(outputs, name).write_bytes(picture)


@pytest.fixture
def opened(tmp_path):
    """Opens the page of a running service in a browser of the given size."""
    words = [*debian.command(tmp_path), "/usr/lib/chromium/chromium"]
    before = ["env", f"MODEL_PRESS_TOKEN={_TOKEN}"]
    with (
        service_process.running(tmp_path, before=before) as service,
        contextlib.ExitStack() as stack,
    ):

        def open_page(width, height):
            profile = tmp_path / f"profile{width}"
            profile.mkdir()
            url = f"http://127.0.0.1:{service.port}/#{_TOKEN}"
            browser = Browser(words, url, width, height, str(profile))
            stack.callback(browser.close)
            ready = "document.getElementById('state')?.textContent.includes('is ready')"
            _until(browser, ready)
            return browser

        yield open_page


def test_drawn_digit_is_named(opened):
    browser = opened(1120, 600)
    for ink, expected in enumerate(("3 red", "3 blue")):
        browser.evaluate("document.getElementById('clear').click()")
        browser.evaluate(f"document.querySelectorAll('input[name=ink]')[{ink}].click()")
        browser.drag(_three(_box(browser)))
        _until(browser, _message_is(expected))
    browser.evaluate("document.getElementById('compare').click()")
    _until(
        browser,
        "[...document.querySelectorAll('#variants tr')].length === 4 &&"
        "[...document.querySelectorAll('#variants tr')].every("
        "(row) => /ms.*3 blue/.test(row.innerText.replace(/\\s/g, ' ')))",
    )
    _keep("pi_page.png", browser.screenshot())


def test_without_the_token(opened):
    """The page says what is missing, and works again once it is in the address."""
    browser = opened(1120, 600)
    browser.evaluate("location.hash = 'wrong'")
    state = "document.getElementById('state').textContent"
    _until(browser, f"{state}.includes('token is missing or wrong')")
    browser.evaluate(f"location.hash = '{_TOKEN}'")
    _until(browser, f"{state}.includes('is ready')")


def test_on_a_phone(opened):
    """The pad and the answer fit on one screen, nothing is cut off at the side, and a photo is named."""
    browser = opened(375, 812)
    browser.drag(_three(_box(browser)))
    _until(browser, _message_is("3 red"))
    assert browser.evaluate("document.documentElement.scrollWidth") == 375
    assert browser.evaluate("document.getElementById('answers').getBoundingClientRect().top") < 812
    _keep("pi_page_phone.png", browser.screenshot())


def test_photo_is_named(opened, tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(pathlib.Path(os.environ["PI_PHOTO"]).read_bytes())
    expected = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
    browser = opened(1120, 600)
    found = browser.call("Runtime.evaluate", expression="document.getElementById('file')")
    browser.call("DOM.setFileInputFiles", files=[str(photo)], objectId=found["result"]["objectId"])
    _until(browser, _message_is(expected))
    assert not browser.evaluate("document.getElementById('preview').hidden")
    # Something that is not a picture is refused in words.
    (tmp_path / "notes.png").write_text("no picture")
    browser.call(
        "DOM.setFileInputFiles",
        files=[str(tmp_path / "notes.png")],
        objectId=found["result"]["objectId"],
    )
    _until(browser, "document.getElementById('message').textContent.includes('not an image')")
