"""The documentation as a site: every page in its order, nothing asked of other hosts, a search without a server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import PAGES, ROOT

pytest.importorskip("zensical", reason="zensical is not installed: scripts/install docs")
HOST = re.compile(r"""<(?:script|img|iframe|link)[^>]+(?:src|href)="?(?:https?:)?//""")


def build(root: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a checkout."""
    command = [sys.executable, root / "scripts" / "docs"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def copied(root: Path) -> Path:
    """Copy what the site is made of: a build leaves nothing in the checkout."""
    for name in ("docs", "scripts"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "mkdocs.yml"):
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    checkout = copied(tmp_path_factory.mktemp("checkout"))
    done = build(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"open     {checkout / 'build' / 'site' / 'index.html'}\n"
    return checkout / "build" / "site"


def test_every_page_is_there_in_reading_order(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    navigation = text[text.index("md-nav--primary") :]
    names = re.findall(r'href="(?:\./)?(\w+)\.html" class="md-nav__link"', navigation)
    order = [name for name in dict.fromkeys(names) if f"{name}.md" in {page.name for page in PAGES}]
    assert order == [page.stem for page in PAGES]
    assert {"commands", "choices", "changelog"} <= {*names}


def test_pages_ask_nothing_of_other_hosts(site):
    pages = list(site.glob("*.html"))
    assert len(pages) > len(PAGES)
    assert [page.name for page in pages if HOST.search(page.read_text(encoding="utf-8"))] == []


def test_reference_has_the_help_of_every_command_and_the_exit_codes(site):
    text = (site / "commands.html").read_text(encoding="utf-8")
    for told in ("usage: cnnlab predict", "cnnlab tune", "Exit codes", "interrupted: what is done is kept"):
        assert told in text


def test_a_link_to_nowhere_fails_the_build(tmp_path):
    checkout = copied(tmp_path)
    with (checkout / "docs" / "trouble.md").open("a", encoding="utf-8") as page:
        page.write("\n[gone](nowhere.md)\n")
    done = build(checkout)
    assert done.returncode == 1
    assert "page does not exist" in done.stderr


def test_a_word_is_found_without_a_web_server(site, browser):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("pruner")
    page.locator("a[href*='tuning.html']:visible", has_text="pruner").first.wait_for()
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
