"""Headless Chromium by its own protocol over a pipe: no packages beside Python's standard library.

A page is opened from a file. What it logs, what it throws and what it asks the network for is kept.
"""

import itertools
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def find_browser():
    return os.environ.get("NADIR_BROWSER") or next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One process, one page after another."""

    def __init__(self, executable, profile):
        read_commands, self._write = os.pipe()
        self._read, write_answers = os.pipe()
        # The protocol's pipes are descriptors 3 and 4 of the browser.
        start = f'exec "$0" "$@" 3<&{read_commands} 4>&{write_answers}'
        self._process = subprocess.Popen(
            ["bash", "-c", start, executable, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-default-apps", "--disable-sync", f"--user-data-dir={profile}", "--remote-debugging-pipe"],
            pass_fds=(read_commands, write_answers), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_commands)
        os.close(write_answers)
        self._numbers = itertools.count(1)
        self._buffer = b""
        self.events = []

    def close(self):
        try:
            self.call("Browser.close", timeout=10)
        except (OSError, TimeoutError):
            pass
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def _receive(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._read, 1 << 20)
            if not piece:
                raise OSError("the browser has ended")
            self._buffer += piece
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, parameters=None, session=None, timeout=60):
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters or {}}
        if session:
            command["sessionId"] = session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            message = self._receive(deadline)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def open(self, path, **look):
        return Page(self, path, **look)


class Page:
    """A loaded page whose script has run."""

    def __init__(self, browser, path, width=1200, height=900, dark=False):
        self.browser = browser
        self.url = f"file://{path}"
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia",
                  {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        begin = time.monotonic()
        self.call("Page.navigate", {"url": self.url})
        self.wait_for("document.readyState === 'complete' && document.documentElement.dataset.ready !== undefined")
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))")
        self.seconds = time.monotonic() - begin

    def call(self, method, parameters=None, **options):
        return self.browser.call(method, parameters, self.session, **options)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", "the page threw"))
        return answer["result"].get("value")

    def wait_for(self, expression, timeout=30):
        deadline = time.monotonic() + timeout
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise TimeoutError(expression)
            time.sleep(0.02)

    def resize(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def emulate_print(self):
        self.call("Emulation.setEmulatedMedia", {"media": "print"})

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})

    def key(self, name):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": name, "code": name})

    def _mine(self, method):
        return [e["params"] for e in self.browser.events if e["method"] == method and e.get("sessionId") == self.session]

    def complaints(self):
        """What the console would show in red or yellow."""
        self.evaluate("0")  # events that are under way arrive before the answer
        logged = [e["args"] for e in self._mine("Runtime.consoleAPICalled") if e["type"] in ("error", "warning", "assert")]
        return self._mine("Runtime.exceptionThrown") + logged + self._mine("Log.entryAdded")

    def requests(self):
        """Addresses that were asked for, the page itself left out."""
        self.evaluate("0")
        asked = [e["request"]["url"] for e in self._mine("Network.requestWillBeSent")]
        return [url for url in asked if url != self.url and not url.startswith("data:")]

    def screenshot(self, path):
        import base64
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))
