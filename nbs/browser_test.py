"""What a person does with the panels, done in a real browser: `make browser`.

Starts JupyterLab on loopback with copies of 830_explore and 910_train_a100, runs them in headless Chromium, moves the
handle, strength and a branch, and looks whether the picture changed. CHROMIUM names the browser, SCREENSHOTS a folder
to keep what was seen in."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def jupyterlab(folder):
    "A server of its own for `folder`; gives its address."
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    own = {f"JUPYTER_{k}_DIR": str(folder / f".jupyter_{k.lower()}") for k in ("CONFIG", "DATA", "RUNTIME")}
    settings = folder / ".settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    quiet = [
        f"--LabApp.user_settings_dir={folder / '.settings'}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            f"--ServerApp.root_dir={folder}",
            *quiet,
        ],
        env={**os.environ, **own, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: ask(f"http://127.0.0.1:{port}/api") is not None, 60, "JupyterLab does not answer")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def ask(url):
    try:
        return json.load(urllib.request.urlopen(url, timeout=5))
    except OSError:
        return None


def until(true, seconds, otherwise):
    "Wait until `true()`; fail with words."
    end = time.time() + seconds
    while not true():
        assert time.time() < end, otherwise
        time.sleep(0.2)


def opened(page, address, name):
    "Open a notebook and wait until its kernel is connected."
    page.goto(f"{address}/lab/workspaces/{name}/tree/nbs/{name}.ipynb")

    def ready():
        return any(
            s["kernel"]["execution_state"] == "idle" and s["kernel"]["connections"] > 0
            for s in ask(f"{address}/api/sessions") or []
            if name in s["path"]
        )

    until(ready, 90, f"{name}: no kernel")


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def done(page):
    cells = "[...document.querySelectorAll('.jp-CodeCell')]"
    filled = ".filter(c => c.querySelector('.cm-content')?.textContent.trim())"
    numbered = ".every(c => /\\[\\d+\\]/.test(c.querySelector('.jp-InputPrompt').textContent))"
    return page.evaluate(cells + filled + numbered)


def no_errors(page):
    found = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')
    assert found.count() == 0, found.first.inner_text()[-1500:]


def seen(locator, name=None):
    "What an element looks like, as an array; kept under SCREENSHOTS."
    for attempt in range(5):  # a picture may be exchanged while it is being looked at
        try:
            locator.scroll_into_view_if_needed(timeout=5000)
            data = locator.screenshot()
            break
        except Error:
            if attempt == 4:
                raise
    if name and os.environ.get("SCREENSHOTS"):
        Path(os.environ["SCREENSHOTS"], f"{name}.png").write_bytes(data)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def changes(locator, before, what, seconds=10):
    "Wait until an element looks different; returns how it looks then."
    until(
        lambda: (now := seen(locator)).shape == before.shape and (now != before).mean() > 0.001,
        seconds,
        f"{what}: the picture did not change",
    )
    time.sleep(1)
    return seen(locator)


def drag(page, box, start, end):
    x, _y = (lambda p: (box["x"] + box["width"] * p[0], box["y"] + box["height"] * p[1])), None
    page.mouse.move(*x(start))
    page.mouse.down()
    page.mouse.move(*x([(a + b) / 2 for a, b in zip(start, end, strict=False)]))
    page.mouse.move(*x(end))
    page.mouse.up()


def test_explore(page, address):
    "The handle uncovers, strength and branches repaint, a hand bends a curve, losses answer."
    opened(page, address, "830_explore")
    run_all(page)
    until(lambda: done(page), 240, "830_explore: not all cells ran")
    no_errors(page)
    panel = page.locator(".er-panel-compare").last
    stage = panel.locator(".er-stage")
    seen(panel, "compare_start")
    first = seen(stage, "compare")
    stage.scroll_into_view_if_needed()
    drag(page, stage.bounding_box(), (0.5, 0.5), (0.15, 0.5))
    moved = changes(stage, first, "handle")
    right = slice(int(0.6 * first.shape[1]), -40)
    assert (abs(moved - first)[40:, right] > 2).mean() < 0.01, "the handle changed what it did not uncover"
    strength = (
        panel.get_by_role("slider", name="strength").first
        if panel.get_by_role("slider", name="strength").count()
        else panel.locator(".noUi-handle").first
    )
    words = panel.locator("table").inner_text()
    strength.focus()
    [page.keyboard.press("ArrowRight") for _ in range(50)]
    stronger = changes(stage, moved, "strength")
    until(lambda: panel.locator("table").inner_text() != words, 10, "strength: the numbers did not change")
    page.keyboard.press("Home")
    changes(stage, stronger, "strength 0")
    seen(panel, "compare_panel")
    stage.locator("xpath=..").locator("input[type=range]").focus()
    before = seen(stage)
    [page.keyboard.press("ArrowRight") for _ in range(10)]
    changes(stage, before, "arrow keys on the handle")

    panel = page.locator(".er-panel-anatomy").last
    stage = panel.locator(".er-stage")
    before = seen(stage)
    seen(panel, "anatomy")
    panel.get_by_role("button", name="rgb").click()
    off = changes(stage, before, "branch rgb off")
    assert "off" in panel.inner_text()
    point = panel.locator("circle").nth(4)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    drag(page, box, (0.5, 0.5), (0.5, 8))
    changes(stage, off, "a curve under the hand")
    seen(panel, "anatomy_bent")

    panel = page.locator(".er-panel-loss").last
    before = seen(panel)
    panel.locator(".noUi-handle").nth(1).focus()
    [page.keyboard.press("ArrowLeft") for _ in range(30)]
    changes(panel, before, "saturation")
    seen(panel, "losses")
    no_errors(page)


def test_train(page, address):
    "The live plot appears while the training cell is still running, and grows."
    opened(page, address, "910_train_a100")
    run_all(page)
    plot = page.locator(".er-panel-run img.widget-image").first

    def running():
        return (
            page.locator(".jp-CodeCell").filter(has_text="fit(config)").locator(".jp-InputPrompt", has_text="*").count()
            > 0
        )

    until(
        lambda: (
            plot.count()
            and (plot.get_attribute("src") or "").startswith("blob:")
            and plot.evaluate("i => i.naturalWidth") > 100
        ),
        120,
        "no live plot",
    )
    live = running()
    first = plot.get_attribute("src")
    until(lambda: plot.get_attribute("src") != first, 60, "the live plot does not grow")
    assert live, "the plot came only after the training"
    until(lambda: done(page), 240, "910_train_a100: not all cells ran")
    no_errors(page)
    seen(page.locator(".er-panel-run").first, "train_run")


def main():
    if os.environ.get("SCREENSHOTS"):
        Path(os.environ["SCREENSHOTS"]).mkdir(parents=True, exist_ok=True)
    if not (chromium := os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")):
        sys.exit("no Chromium here: apt-get install chromium, or set CHROMIUM")
    failed = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as t, sync_playwright() as p:
        folder = Path(t)
        shutil.copytree(
            ROOT / "nbs",
            folder / "nbs",
            ignore=lambda d, names: [n for n in names if not re.match(r"(830_explore|910_train_a100)\.ipynb$", n)],
        )
        shutil.copy(ROOT / "settings.ini", folder)
        with jupyterlab(folder) as address:
            browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
            for test in (test_explore, test_train):
                if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
                    continue
                page = browser.new_page(viewport=dict(width=1400, height=1500))
                start = time.time()
                try:
                    test(page, address)
                    print(f"{test.__name__}: passed in {time.time() - start:.0f} s")
                except Exception as e:
                    failed += 1
                    print(f"{test.__name__}: FAILED: {e}")
                    if os.environ.get("SCREENSHOTS"):
                        page.screenshot(path=Path(os.environ["SCREENSHOTS"], f"{test.__name__}_failed.png"))
                page.close()
            browser.close()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
