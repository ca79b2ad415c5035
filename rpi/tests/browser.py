"""Chromium without a window, driven through its debugging pipe (JSON messages that end in a zero byte)."""

import base64
import itertools
import json
import os
import subprocess
from typing import Any


class Browser:
    """One page.

    Args:
      words: the command that starts chromium; it inherits descriptors 3 and 4.
      url: what to open.
      width, height: size of the page in CSS pixels.
      profile: an empty folder.
    """

    def __init__(self, words: list[str], url: str, width: int, height: int, profile: str):
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        # Descriptors 3 and 4 by a shell: the numbers that pipe() gave are any.
        options = (
            f"--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars "
            f"--user-data-dir={profile} --window-size={width},{height} --remote-debugging-pipe about:blank"
        )
        script = f'exec "$@" {options} 3<&{commands} 4>&{answers} >/dev/null 2>&1'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "browser", *words], pass_fds=(commands, answers)
        )
        os.close(commands)
        os.close(answers)
        self._ids = itertools.count(1)
        self._buffer = b""
        self._session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.call("Page.navigate", url=url)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command; return its result."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._buffer:
                data = os.read(self._from, 1 << 20)
                if not data:
                    raise EOFError("chromium ended")
                self._buffer += data
            raw, _, self._buffer = self._buffer.partition(b"\0")
            answer = json.loads(raw)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page; a promise is awaited."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def drag(self, points: list[tuple[float, float]]) -> None:
        """Press the mouse at the first point, move through the others, and let go."""
        kinds = ["mousePressed"] + ["mouseMoved"] * (len(points) - 1) + ["mouseReleased"]
        for kind, (x, y) in zip(kinds, [*points, points[-1]], strict=True):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                buttons=0 if kind == "mouseReleased" else 1,
                clickCount=1,
            )

    def screenshot(self) -> bytes:
        """Return the page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        """End the browser."""
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        self._process.wait(30)
