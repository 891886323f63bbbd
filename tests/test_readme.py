"""Every command of the README is carried out, in order, and prints what the README shows, numbers aside."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import cnnlab

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def examples():
    """Return (command, lines shown) of every console block."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            found.append((command, shown))
    return found


def masked(text):
    """Take out of a line what differs between machines and versions: numbers, hashes, the processor."""
    text = re.sub(r"-s\d-[0-9a-f]{6,10}", "-s#-#", text)
    text = re.sub(r"^[0-9a-f]{10} +[A-Z][a-z]{2} \d\d \d\d:\d\d", "# when", text)
    text = re.sub(r"^device .*", "device", text)
    text = re.sub(r"one run after the other|\d+ at a time", "in some way", text)  # what is the fastest here
    text = re.sub(r"(\d+ h )?(\d+ min )?\d+ s\b", "#", text)
    return re.sub(r"\s+", " ", re.sub(r"[\d.,]+ ?(s|min|h)?\b", "#", text)).replace(" *", "").strip()


def photos(folder):
    draw = np.random.default_rng(0)
    for name in ("ants", "bees"):
        (folder / name).mkdir(parents=True)
        for i in range(60):
            Image.fromarray(draw.integers(0, 256, (80, 70 + i, 3), dtype=np.uint8)).save(folder / name / f"{i}.jpg")


def test_commands_of_the_readme_print_what_it_shows(in_empty_folder):
    photos(in_empty_folder / "photos")
    shutil.copytree(ROOT / "docs" / "digits", "docs/digits")
    run_ids = {}
    for command, shown in examples():
        for old, new in run_ids.items():
            command = command.replace(old, new)
        done = cnnlab(*shlex.split(command)[1:])
        assert (done.returncode, done.stderr) == (0, ""), command
        printed = {masked(line) for line in done.stdout.splitlines()}
        missing = [line for line in shown if line != "..." and masked(line) not in printed]
        assert missing == [], (command, done.stdout)
        if not run_ids:  # the id depends on nothing but the configuration, so the README's should be right
            run_ids["cnn6-batch-relu-adam-s0-25"] = re.search(r"cnn6-batch-relu-adam-s0-[0-9a-f]{10}", done.stdout)[0]


def test_readme_shows_seven_commands_or_more():
    assert len(examples()) >= 7


def test_set_up_is_what_ci_does():
    commands = re.search(r"```bash\n(.*?)```", README, re.DOTALL)[1].strip().splitlines()
    ci = (ROOT / ".ci" / "run").read_text()
    assert len(commands) == 2
    for part in ("scripts/install", "train optimizer=adam activation=relu", "scripts/install test", "scripts/test"):
        assert part in " ".join(commands)
        assert part in ci


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:src|conf|scripts|docs)/[\w/.]+)`", README))))
def test_path_of_the_readme_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", re.findall(r"!\[.*?\]\((.*?)\)", README))
def test_picture_of_the_readme_is_small(name):
    assert (ROOT / name).stat().st_size < 200_000
