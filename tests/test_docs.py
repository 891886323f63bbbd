"""The pages of docs/: listed in reading order, their commands carried out or understood, their links alive."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cnnlab
from cnnlab.cli.commands import BY_NAME, COMPOSED, DEFAULT, TUNE
from cnnlab.config.options import option_table
from tests.pages import (
    DOCS,
    PAGES,
    README,
    ROOT,
    blocks,
    carry_out,
    examples,
    mentions,
    missing,
    write_competition,
    write_files,
    write_photos,
)

SRC = Path(cnnlab.__file__).parent
ALL = (README, DOCS / "README.md", *PAGES)
OF_STUDIES = tuple(sorted(DOCS.glob("studies/*.md")))
SAMPLES = {
    "SWEEP": "optimizer=sgd,adam seed=0,1",
    "RUN": "latest",
    "STUDY": "optimizer",
    "GROUP": "head",
    "PATTERN": "'s*'",
    "NAME": "optimizers",
    "IMAGE...": "docs/digits",
    "FILE": "given",
    "DIR": "maps",
}
"""What stands on the pages for a word of the reader's -> a word that is there."""
WALKS = (
    ("tutorial", "getting_started", "sweeps", "housekeeping"),
    ("own_photos", "predict", "inspect", "export", "transfer", "kaggle"),
    ("data", "fair", "fast", "study_files", "options", "plugins", "trackers"),
)
"""Pages, by name, that are gone through in one folder: what one of them trains, the next ones find."""


@pytest.fixture
def desk(in_empty_folder, unmeasured, monkeypatch):
    """Return a folder with the images that the pages speak of; no trial of a sweep takes its steps."""
    write_photos(in_empty_folder / "my_photos", 24, ("cats", "dogs"))
    write_photos(in_empty_folder / "elsewhere" / "new_photos", 20, ("cats", "dogs"))
    for name in ("new_photos", "my photos"):
        write_photos(in_empty_folder / name, 4, ("cats", "dogs"))
    write_photos(in_empty_folder / "insects" / "train", 12, ("ants", "bees"))
    write_photos(in_empty_folder / "insects" / "val", 24, ("ants", "bees"))
    write_competition(in_empty_folder / "competition", 24)
    shutil.copytree(DOCS / "digits", in_empty_folder / "docs" / "digits")
    monkeypatch.setattr("cnnlab.runs.inspecting.embedding.find_spec", lambda _: None)  # UMAP compiles for long
    return in_empty_folder


@pytest.mark.long
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk[0])
def test_commands_of_the_pages_print_what_they_show(walk, desk, monkeypatch):
    wrong = []
    for page in (DOCS / f"{name}.md" for name in walk):
        monkeypatch.chdir(desk)
        write_files(page)
        for example in (each for each in examples(page) if not each.is_marked):
            done = carry_out(example.command, *example.spared)
            lacks = missing(example.shown, done.err + done.out)
            if done.code or lacks:
                wrong.append(f"{page.name}: {example.command}\n{done.err}{done.out}\nlacks: {lacks}")
    assert wrong == [], "\n\n".join(wrong)


def test_each_page_is_in_one_walk():
    walked = [page.stem for page in PAGES if not all(example.is_marked for example in examples(page))]
    assert sorted(name for walk in WALKS for name in walk) == sorted(walked)


@pytest.mark.long
def test_commands_that_pages_only_mention_are_understood(desk):
    """They are looked at where the runs and photos are that they may speak of."""
    small = "model=lenet model.width=0.25 epochs=1 plots=false"
    for words in (f"-m {SAMPLES['SWEEP']} {small}", "train model=lenet epochs=1 plots=false"):  # the latest run
        assert carry_out(f"cnnlab {words}").code == 0
    commands = dict.fromkeys(" ".join(looked_at(command)) for page in ALL for command in mentions(page))
    wrong = [f"{command}\n{done.err}{done.out}" for command in commands if (done := carry_out(command)).code]
    assert wrong == [], "\n\n".join(wrong)


def looked_at(command):
    """Return words that compose a command line, or only plan it; a command of another kind is carried out."""
    for word, sample in SAMPLES.items():
        command = re.sub(rf"(?<![\w/]){re.escape(word)}(?!\w)", sample, command)
    words = [shlex.quote(word) for word in shlex.split(command, comments=True)[1:]]
    name = words.pop(0) if words[0] in BY_NAME else DEFAULT
    words = [word for word in words if not word.startswith(("hydra/launcher=ray", "hydra.launcher."))]
    if name == "remove":
        return ["cnnlab", name, *words, "--yes"]
    if name == TUNE and "find=lr" not in words:
        return ["cnnlab", name, *words, "plan=true"]
    if name not in COMPOSED or {"--help", "--cfg"} & set(words):
        return ["cnnlab", name, *words]
    return ["cnnlab", name, *words, "plan=true"] if "-m" in words else ["cnnlab", name, *words, "--cfg job"]


def test_python_of_its_page_runs_from_top_to_bottom(desk):
    names = {}
    for block in blocks(DOCS / "python.md", "python"):
        exec(compile(block, "python.md", "exec"), names)
    assert names["study"].comparison["arm"].tolist() == ["normalization=none", "normalization=batch"]
    assert len(names["answers"]) > 1


def test_index_lists_every_page():
    assert sorted(page.name for page in PAGES) == sorted({page.name for page in DOCS.glob("*.md")} - {"README.md"})


@pytest.mark.parametrize("page", [*ALL, *OF_STUDIES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        file = page if not path else page.parent / path
        assert file.exists(), target
        assert not heading or heading in headings(file), target


def headings(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", ALL, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page):
    for name in re.findall(r"`((?:src|conf|scripts|docs)/[\w/.]+)`", page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("picture", sorted(DOCS.glob("*.png")), ids=lambda path: path.name)
def test_pictures_are_small_and_shown(picture):
    assert picture.stat().st_size < 200_000
    assert any(f"{picture.name})" in page.read_text(encoding="utf-8") for page in ALL)


def test_pictures_of_studies_are_smaller_and_each_is_shown():
    pictures = list(DOCS.glob("studies/*/*.png"))
    assert all(picture.stat().st_size < 60_000 for picture in pictures)
    text = "".join(page.read_text(encoding="utf-8") for page in OF_STUDIES)
    assert [picture for picture in pictures if f"]({picture.parent.name}/{picture.name})" not in text] == []


def test_pages_of_studies_say_what_their_csv_files_hold(tmp_path):
    for folder in ("docs/studies", "conf/experiment", "conf/results", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(DOCS / "studies.md", tmp_path / "docs")
    subprocess.run([sys.executable, tmp_path / "scripts" / "study_pages.py"], check=True)
    for page in (DOCS / "studies.md", *OF_STUDIES):
        written = tmp_path / page.relative_to(ROOT)
        assert written.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")


def test_options_page_explains_every_key_and_group():
    text = (DOCS / "options.md").read_text(encoding="utf-8")
    table = option_table()
    assert [name for name in (*table["keys"], *table["groups"]) if f"`{name}`" not in text] == []


def test_architecture_names_rooms_and_modules_that_are_there():
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = "|".join(path.parent.name for path in SRC.glob("*/__init__.py"))
    named = re.findall(rf"`((?:{rooms})/[\w/.]*)`", text)
    named += [f"{room}/{module}" for room, module in re.findall(rf"`({rooms})\.(\w+)[\w.]*`", text)]
    assert len(named) > 40
    assert [name for name in named if not (SRC / name).exists() and not (SRC / f"{name}.py").exists()] == []


def test_marks_say_why_a_command_is_not_carried_out():
    marked = [example.command for page in PAGES for example in examples(page) if example.is_marked]
    assert any("# takes" in command for command in marked)
    assert not any(re.search(r"#\s*(?!takes|needs)\w", command) for command in marked)


def test_files_of_the_pages_are_written_where_they_say(in_empty_folder):
    write_files(DOCS / "plugins.md")
    assert Path("my_parts.py").read_text(encoding="utf-8").startswith("# my_parts.py\n")
    assert Path("my_conf/optimizer/slow_sgd.yaml").is_file()
