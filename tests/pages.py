"""README and docs/ as their tests read them: pages, commands, what they print, files that they show."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cnnlab.cli.main import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = tuple(DOCS / name for name in re.findall(r"^\| \[(\w+\.md)\]", (DOCS / "README.md").read_text("utf-8"), re.M))
"""The pages of docs/ in reading order."""

_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r" +# (takes|needs) .+$")
_RUNS = re.compile(r"cnnlab (-m|train|transfer) (?!.*(--cfg|plan=true))")
_ELSEWHERE = re.compile(r"\bexperiment=|\btune\b|\breproduce\b|fair=|<|…")
_NAMED = re.compile(r"^# ([\w/]+\.(?:py|yaml))$", re.MULTILINE)
_LEFT_OUT = ("...", "workers ", "The best is ")
"""How lines begin that are not looked for: how a sweep uses cores hangs on the machine, some verdicts on the photos."""


@dataclass(frozen=True)
class Example:
    """A command of a page, and the lines shown below it."""

    command: str
    shown: tuple[str, ...]

    @property
    def spared(self) -> tuple[str, ...]:
        """Words that spare what is not looked at: pictures of single runs, unless the page names one."""
        is_named = "outputs/runs/" in "".join(self.shown)
        return ("plots=false",) if _RUNS.match(self.command) and not is_named else ()

    @property
    def is_marked(self) -> bool:
        """Whether it says that it takes long, or needs what a test lacks."""
        return _MARK.search(self.command) is not None


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    code: int
    out: str
    err: str


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [text for kind, text in _BLOCK.findall(page.read_text("utf-8")) if kind == language]


def examples(page: Path) -> Iterator[Example]:
    """Yield the commands behind a `$`, in order."""
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", re.sub(r" *\\\n *", " ", block), flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield Example(command, tuple(line for line in shown if not line.startswith(_LEFT_OUT)))


def mentions(page: Path) -> list[str]:
    """Return the commands of cnnlab that are only mentioned: marked ones, those of bash blocks, those inside the text.

    Names of commands (`cnnlab export`) are none, nor are the studies that come along, which scripts/check_studies
    carries out, and what needs Optuna, which may not be installed.
    """
    found = [example.command for example in examples(page) if example.is_marked]
    for block in blocks(page, "bash"):
        found += re.findall(r"\bcnnlab [^\"\n]+", block.replace("\\\n", ""))
    text = _BLOCK.sub("", page.read_text("utf-8"))
    found += [re.sub(r"\s+", " ", command) for command in re.findall(r"`(cnnlab\s[^`]+)`", text)]
    return [command for command in found if len(command.split()) > 2 and not _ELSEWHERE.search(command)]


def write_files(page: Path) -> None:
    """Write the files that a page shows, those whose first lines name them, into the working folder."""
    for block in (*blocks(page, "python"), *blocks(page, "yaml")):
        if named := _NAMED.search(block):
            path = Path(named[1])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, encoding="utf-8")


def write_competition(folder: Path, per_class: int) -> None:
    """Write photos as competitions give them: by class, in one folder with a table, and without any label."""
    write_photos(folder / "train", per_class, ("cats", "dogs"))
    for name in ("all", "test"):
        (folder / name).mkdir()
    rows = ["file,label"]
    for number, photo in enumerate(sorted(folder.glob("train/*/000[0-3].jpg")), start=1):
        shutil.copy(photo, folder / "all" / f"{number}.jpg")
        shutil.copy(photo, folder / "test" / f"{100 + number}.jpg")
        rows.append(f"{number}.jpg,{photo.parent.name}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")


def carry_out(command: str, *more: str) -> Done:
    """Carry out a command of a page in this process, where torch is loaded once; `cd` is one, too."""
    program, *words = shlex.split(command, comments=True)
    if program == "cd":
        os.chdir(words[0])
        return Done(0, "", "")
    assert program in ("cnnlab", "python"), command
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        if program == "python":  # a file that the page shows
            runpy.run_path(words[0])
            return Done(0, out.getvalue(), err.getvalue())
        code = main([*words, *more])
    return Done(code, out.getvalue(), err.getvalue())


def masked(text: str) -> str:
    """Take out of a line what differs between machines and versions: figures, hashes, verdicts, the processor."""
    text = re.sub(r"-s\d-[0-9a-f]{6,10}", "-s#-#", text)
    text = re.sub(r"^[0-9a-f]{10} +[A-Z][a-z]{2} \d\d \d\d:\d\d", "# when", text)
    text = re.sub(r"^device .*", "device", text)
    text = re.sub(r"one run after the other|\d+ at a time", "in some way", text)  # what is the fastest here
    text = re.sub(r"(\d+ h )?(\d+ min )?\d+ s\b", "#", text)
    text = text.replace("p < ", "p = ")
    text = re.sub(r"\b\d[\d.]*e[-+]\d+", " #", text)
    text = re.sub(r" (may be best|best|ruled out|better|worse|no difference shown)$", " verdict", text)
    text = re.sub(r" –(?= )|[-+]?\d[\d.,]* ?(s|min|h)?\b", " #", text)
    return re.sub(r"\s+", " ", re.sub(r"# +(±|to) +#", "#", text.replace(" *", ""))).strip()


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """Return the lines shown whose words were not printed, figures aside; a sentence may be broken elsewhere."""
    words = f" {' '.join(map(masked, printed.splitlines()))} "
    return [line for line in shown if f" {masked(line)} " not in words]


def write_photos(folder: Path, per_class: int, classes: tuple[str, str]) -> None:
    """Write photos of two classes that differ in their colour; one in eight has the other's, and is a mistake."""
    draw = np.random.default_rng(list(folder.name.encode()))  # other photos in each folder
    for k, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for i in range(per_class):
            pixels = draw.integers(0, 120, (80, 70 + i % 50, 3), dtype=np.uint8)
            pixels[..., 2 * (k ^ (i % 8 == 3))] += 120
            Image.fromarray(pixels).save(folder / name / f"{i:04}.jpg")
