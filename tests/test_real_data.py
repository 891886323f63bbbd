"""The command line on real image folders, from the files to the summary."""

import shutil
from pathlib import Path

import pytest

from cnnlab.cli.main import main
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")

SMALL = ("model=plain_cnn", "model.width=0.25", "plots=false")


def test_photographs_of_many_sizes_are_trained_on(real_data, capsys):
    root = f"dataset.root={real_data / 'hymenoptera'}"
    assert main(["dataset=image_folder", root, "dataset.image_size=128", "batch_size=32", "epochs=1", *SMALL]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "data     image_folder hymenoptera: 221 train, 24 validation, 153 test images" in captured.out
    assert "folder 'val' is the test split, there is no other" in captured.out
    assert only_run().read_json("summary.json")["classes"] == ["ants", "bees"]


def test_thousands_of_files_are_decoded_once(real_data, capsys):
    for path in (real_data / "cifar10_jpeg").glob("*/*/*0.jpg"):
        target = Path("some", path.relative_to(real_data / "cifar10_jpeg"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    command = (
        "dataset=image_folder",
        "dataset.root=some",
        "dataset.image_size=32",
        "dataset.per_class=100",
        "epochs=1",
        *SMALL,
    )
    assert main(command) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "decoding images: 6,000 of 6,000" in captured.out
    assert "data     image_folder some: 1,000 train, 500 validation, 1,000 test images" in captured.out
    assert main([*command, "seed=1"]) == 0
    assert "decoding" not in capsys.readouterr().out
