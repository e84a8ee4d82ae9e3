"""Take the pictures of docs/tour.md anew, of a demo of its own or of one that is running."""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from screenshots.pictures import PHONE, PICTURES, Demo, Picture

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"


def main() -> None:
    options = arguments()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is missing: `apt-get install chromium`, or `brew install --cask chromium`")
    wanted = [picture for picture in PICTURES if options.only in {None, picture.name}]
    with served(options.site) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in wanted:
            take(picture, browser, demo)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--site", metavar="URL", help="the address of a demo that runs, whose data lies in VAR_DIR")
    parser.add_argument("--only", choices=[picture.name for picture in PICTURES], help="this picture alone")
    return parser.parse_args()


@contextmanager
def served(site: str | None) -> Iterator[Demo]:
    """Find the demo that runs at this address, or start one, which ends and is forgotten afterwards."""
    if site:
        yield Demo(site, Path(os.environ.get("VAR_DIR") or ROOT / "var"))
        return
    with tempfile.TemporaryDirectory() as var:
        environment = {**os.environ, "VAR_DIR": var, "DATABASE_URL": "", "REDIS_URL": "", "EMAIL_URL": ""}
        command = [sys.executable, "manage.py", "demo"]
        with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as process:
            try:
                yield Demo(address(process), Path(var))
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    """Wait until a demo is up, and return where. Exits with what it said where it does not come up."""
    said = ""
    for line in process.stdout or ():
        said += line
        if "beat started" in line and answers(site := str(re.findall(r"http://localhost:\d+", said)[0])):
            return site
    sys.exit(said)


def answers(site: str) -> bool:
    """Wait until the site answers: its process begins beside the others. Tell whether it does."""
    for _attempt in range(120):
        with suppress(OSError), socket.create_connection(("localhost", urlsplit(site).port or 80)):
            return True
        time.sleep(0.5)
    return False


def take(picture: Picture, browser: Browser, demo: Demo) -> None:
    width, height = picture.size
    with browser.new_context(
        base_url=demo.site,
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        has_touch=picture.size == PHONE,
        locale="en-GB",
    ) as context:
        page = context.new_page()
        demo.show(page, picture)
        page.screenshot(path=IMAGES / f"{picture.name}.png", animations="disabled")
    print(picture.name)


main()
