"""What an editor does with the service's page, done in a real browser: `make browser`. With the words `screenshots`
or `panels` it makes pictures of the page or of two panels for the book and the README instead: `make screenshots`.

Two rendered rooms, the pretrained refiner, and a backbone that answers with the simulated results of these rooms.
CHROMIUM names the browser, SCREENSHOTS a folder to keep what was seen in."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from browser_test import FLAGS
from PIL import Image
from playwright.sync_api import sync_playwright

from elite_refiner.images import to_tensor, write_image
from elite_refiner.service import listen, make_app
from elite_refiner.photos import PhotoRefiner
from elite_refiner.refiner import create_elite_color_refiner
from elite_refiner.rooms import render_room
from elite_refiner.guard import hurried_protocol
from elite_refiner.simulate import simulate_backbone

IMAGES = Path(__file__).resolve().parent / "images"
SIDE = 256  # of the square the networks see
MAX_BYTES = 150_000  # of a screenshot


class Known(torch.nn.Module):
    "Stands for a backbone: gives the result of whichever room it knows is nearest to what it sees."

    def __init__(self, pairs):
        super().__init__()
        self.pairs = [tuple(F.interpolate(x[None], (SIDE, SIDE), mode="area") for x in pair) for pair in pairs]

    def forward(self, x):
        return min(self.pairs, key=lambda pair: (pair[0] - x).abs().mean())[1]


def rooms(folder, size=(720, 1080), seeds=(8, 21)):
    "Rendered rooms as photo files, and (photo, backbone's result) of each."
    paths, pairs = [], []
    for seed in seeds:
        room = render_room(seed, size=size)
        paths.append(folder / f"room {seed}.jpg")
        write_image(room["x_input"], paths[-1])
        pairs.append((room["x_input"], simulate_backbone(room["target"], room["x_input"], seed)))
    return paths, pairs


@contextmanager
def serving(pairs):
    "The page on a free port; gives its address."
    import uvicorn

    refiner = create_elite_color_refiner("small", init="pretrained")
    app = make_app(PhotoRefiner(refiner, Known(pairs), resolution=SIDE))
    with listen("127.0.0.1", 0) as s:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", http=hurried_protocol()))
        t = threading.Thread(target=lambda: server.run(sockets=[s]), daemon=True)
        t.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{s.getsockname()[1]}"
        server.should_exit = True
        t.join(20)


@contextmanager
def visitor(**more):
    "A page in a headless Chromium, and the list of what went wrong in it."
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("no Chromium here: apt-get install chromium, or set CHROMIUM")
    problems = []
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(**{"viewport": dict(width=1200, height=900), "accept_downloads": True, **more})
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page, problems
        browser.close()


def settled(page):
    "Wait until the pictures are there."
    page.locator("#say", has_text="pixels.").wait_for(timeout=60_000)
    page.locator("#view:not(.busy)").wait_for(timeout=60_000)


def upload(page, address, paths):
    page.goto(address)
    assert page.get_by_text("Drop photos here").is_visible()
    page.set_input_files("#file", paths)
    page.locator("#strip li").nth(len(paths) - 1).wait_for(timeout=60_000)
    settled(page)


def shown(page, name=None):
    "What the view looks like."
    data = page.locator("#view").screenshot()
    if name and os.environ.get("SCREENSHOTS"):
        Path(os.environ["SCREENSHOTS"], f"{name}.png").write_bytes(data)
    return data


def choose(page, word):
    "One of the bars' buttons."
    page.locator("#modes label", has_text=word).click()
    settled(page)


def photos_in_strip(page):
    return page.locator("#strip img").count()


def walk_strip(page):
    "Two photos came; each can be looked at."
    assert photos_in_strip(page) == 2
    first = shown(page)
    page.locator("#strip button").nth(1).click()
    settled(page)
    assert shown(page) != first and page.text_content("#name") == "room 21.jpg"
    page.locator("#strip button").nth(0).click()
    settled(page)


def walk_line(page):
    "The line follows the mouse, and the keyboard."
    view = page.locator("#view").bounding_box()
    middle, y = shown(page), view["y"] + view["height"] / 2
    page.mouse.move(view["x"] + view["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(view["x"] + view["width"] * 0.15, y, steps=6)
    page.mouse.up()
    assert shown(page) != middle and abs(float(page.input_value("#at")) - 15) < 3
    page.focus("#at")
    page.keyboard.press("Home")
    assert page.input_value("#at") == "0"


def walk_toggle(page):
    "Photo, backbone and refined are three pictures."
    pictures = []
    for word in ("Photo", "Backbone", "Refined"):
        choose(page, word)
        pictures.append(shown(page, word))
    assert len(set(pictures)) == 3
    page.focus("#strength")
    page.keyboard.press("End")
    assert page.text_content("#value") == "1.50"
    page.wait_for_timeout(400)
    settled(page)
    assert shown(page) != pictures[2]


def walk_close(page):
    "At 100 % a part of the photo is seen, and another when it is moved."
    choose(page, "100")
    close = shown(page, "close")
    assert page.evaluate("document.getElementById('refined').naturalWidth * 1") <= 1160
    page.focus("#across")
    page.keyboard.press("End")
    page.wait_for_timeout(400)
    settled(page)
    assert page.evaluate("document.getElementById('photo').dataset.address").count("x=1") == 1
    moved = shown(page)
    view = page.locator("#view").bounding_box()
    page.mouse.move(view["x"] + 200, view["y"] + 200)
    page.mouse.down()
    page.mouse.move(view["x"] + 200, view["y"] + 120, steps=4)
    page.mouse.up()
    page.wait_for_timeout(600)
    settled(page)
    assert shown(page) not in (close, moved)
    choose(page, "Fit")


def walk_reload(page):
    "A page loaded anew has its photos and their strengths."
    page.reload()
    page.locator("#strip li").nth(1).wait_for()
    settled(page)
    assert photos_in_strip(page) == 2 and page.text_content("#value") == "1.50"


def walk_downloads(page, folder):
    "One result, then all of them as a zip."
    with page.expect_download(timeout=60_000) as d:
        page.get_by_role("button", name="Download", exact=True).click()
    assert d.value.suggested_filename == "room 8-refined.jpg"
    d.value.save_as(folder / "got.jpg")
    got = to_tensor(Image.open(folder / "got.jpg"))
    assert (got - to_tensor(Image.open(folder / "room 8.jpg"))).abs().mean() > 0.01
    page.select_option("#quality", "75")
    with page.expect_download(timeout=60_000) as d:
        page.get_by_role("button", name="Download all 2").click()
    d.value.save_as(folder / "refined.zip")
    with zipfile.ZipFile(folder / "refined.zip") as archive:
        assert archive.namelist() == ["room 8-refined.jpg", "room 21-refined.jpg"] and archive.testzip() is None


def walk_phone(page):
    "Nothing sticks out on a phone."
    page.set_viewport_size(dict(width=390, height=780))
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def walk_end(page, folder):
    "Photos go one by one; what is no photo is refused in words."
    page.get_by_role("button", name="Remove").click()
    settled(page)
    assert photos_in_strip(page) == 1
    page.get_by_role("button", name="Remove").click()
    assert page.get_by_text("Drop photos here").is_visible()
    (folder / "no.jpg").write_text("x")
    page.set_input_files("#file", folder / "no.jpg")
    page.locator("#say.bad").wait_for()
    assert "not a picture" in page.text_content("#say")


def walk(folder):
    "The whole visit."
    paths, pairs = rooms(folder)
    with serving(pairs) as address, visitor() as (page, problems):
        upload(page, address, paths)
        for step in (walk_strip, walk_line, walk_toggle, walk_close, walk_reload):
            step(page)
            print(f"{step.__name__}: passed", flush=True)
        walk_downloads(page, folder)
        walk_phone(page)
        assert problems == [], problems
        walk_end(page, folder)
    print("the page: passed")


def keep(data, name, rows=2000):
    "Write a screenshot, or its upper rows, as a JPEG that is small enough for a book."
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image = image.crop((0, 0, image.width, min(rows, image.height)))
    image.thumbnail((1000, 2000), Image.Resampling.LANCZOS)
    for quality in range(88, 40, -4):
        image.save(IMAGES / f"{name}.jpg", quality=quality, optimize=True)
        if (IMAGES / f"{name}.jpg").stat().st_size <= MAX_BYTES:
            break
    size = (IMAGES / f"{name}.jpg").stat().st_size
    print(f"{name}.jpg: {image.width}x{image.height}, {size / 1000:.0f} kB")


def screenshots(folder):
    "The page light on a desk, dark on a desk, and on a phone."
    paths, pairs = rooms(folder, seeds=(8, 21, 5, 13))
    kinds = {
        "page": dict(viewport=dict(width=1200, height=1040)),
        "page_dark": dict(viewport=dict(width=1200, height=1040), color_scheme="dark"),
        "page_phone": dict(viewport=dict(width=390, height=844), device_scale_factor=2, color_scheme="dark"),
        "page_close": dict(viewport=dict(width=1200, height=1000)),
    }
    with serving(pairs) as address:
        for name, how in kinds.items():
            with visitor(**how) as (page, _):
                upload(page, address, paths)
                if name == "page_close":
                    choose(page, "100")
                page.wait_for_timeout(500)
                keep(page.screenshot(full_page=name == "page_phone"), name)


def panels(folder):
    "Two of the notebooks' panels, as the walk through them sees them."
    script = Path(__file__).with_name("browser_test.py")
    subprocess.run([sys.executable, script, "test_explore"], env={**os.environ, "SCREENSHOTS": str(folder)}, check=True)
    for name, rows in (("compare_start", 900), ("anatomy", 830)):  # what is below is maps, and JupyterLab's own
        keep((folder / f"{name}.png").read_bytes(), f"panel_{name.removesuffix('_start')}", rows)


def main():
    torch.set_num_threads(1)
    if os.environ.get("SCREENSHOTS"):
        Path(os.environ["SCREENSHOTS"]).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        asked = sys.argv[1] if sys.argv[1:] else "walk"
        dict(walk=walk, screenshots=screenshots, panels=panels)[asked](Path(folder))


if __name__ == "__main__":
    main()
