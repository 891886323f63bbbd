"""`cnnlab data` as typed."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from cnnlab.cli.main import main
from tests.data.pictures import scene


@pytest.fixture
def photos(in_empty_folder):
    """Two classes of photographs, one of which is there twice."""
    for label, name in enumerate(("ants", "bees")):
        (in_empty_folder / "photos" / name).mkdir(parents=True)
        for number in range(12):
            scene(100 * label + number).save(in_empty_folder / "photos" / name / f"{number}.png")
    scene(103).save(in_empty_folder / "photos" / "ants" / "again.png")
    return in_empty_folder / "photos"


def test_a_folder_is_told_in_the_terminal_and_as_files(photos, capsys):
    assert main(["data", "photos/"]) == 0
    out = capsys.readouterr().out
    assert "data     photos: 25 images of 2 classes" in out
    assert "has a duplicate of another class." in out
    assert out.endswith(f"open     {Path('outputs/data/photos/report.html')}\n")
    told = json.loads(Path("outputs/data/photos/data.json").read_text())
    (group,) = told["duplicates"]
    assert (group["kind"], sorted(group["images"])) == ("equal", ["ants/again.png", "bees/3.png"])


def test_training_says_which_test_images_it_learns_from(in_empty_folder, capsys):
    numbers = {"train": (0, 1, 2), "test": (2, 3)}
    for split, name in itertools.product(numbers, ("ants", "bees")):
        Path("photos", split, name).mkdir(parents=True)
        for number in numbers[split]:
            scene(number + 100 * len(split) * (name == "bees" and number == 3)).save(
                Path("photos", split, name, f"{number}.png")
            )
    words = ["dataset=image_folder", "dataset.root=photos", "dataset.val_fraction=0", "epochs=0", "plots=false"]
    assert main(["train", *words]) == 0
    out = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "leak: 2 of 4 test images (2 pixel by pixel) are training images too; cnnlab data shows them" in out
    (summary,) = Path("outputs/runs").glob("*/summary.json")
    assert json.loads(summary.read_text())["data"]["leaked"] == {"test": 2}


@pytest.mark.parametrize("words", [["digits"], ["Digits", "dataset.classes=3"], ["dataset=digits"]])
def test_a_data_set_is_known_by_its_name(in_empty_folder, words, capsys):
    assert main(["data", *words]) == 0
    assert "data     digits: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("nowhere/", "no folder 'nowhere/'"),
        ("digit", "data: unknown folder or data set 'digit'. Did you mean 'digits'? Known: "),
        ("empty/", "dataset.root: no images in class folders under 'empty'"),
        ("one/", "dataset.root: one class only, 'ants'"),
        ("file.txt", "'file.txt' is a file. Give the folder"),
    ],
)
def test_what_is_no_data_set_is_told(in_empty_folder, word, message, capsys):
    Path("empty").mkdir()
    Path("one/ants").mkdir(parents=True)
    scene(0).save("one/ants/0.png")
    Path("file.txt").write_text("")
    assert main(["data", word]) == 2
    assert message in capsys.readouterr().err
