"""What `cnnlab data` looks at: the data of a run, as its words say."""

from __future__ import annotations

from pathlib import Path

from cnnlab.cli.main import main
from cnnlab.data.datasets import DATASETS
from tests.data.pictures import scene


def test_keys_of_the_data_set_count(in_empty_folder, capsys):
    assert main(["data", "digits", "dataset.classes=[1,7]", "dataset.val_fraction=0"]) == 0
    out = capsys.readouterr().out
    assert "361 images of 2 classes, 289 train, 72 test" in out


def test_damaged_files_end_no_look(in_empty_folder, capsys):
    for name in ("ants", "bees"):
        Path("photos", name).mkdir(parents=True)
        for number in range(4):
            scene(100 * len(name) + number + (name == "bees") * 50).save(Path("photos", name, f"{number}.png"))
    Path("photos/ants/bad.png").write_bytes(b"")
    assert main(["data", "photos"]) == 0
    assert "damaged  ants/bad.png (empty)" in capsys.readouterr().out


def test_plugins_count_where_they_are_typed(in_empty_folder, monkeypatch, capsys):
    monkeypatch.setitem(DATASETS, "dots", None)  # what the plugin adds is gone after the test
    Path("mine.py").write_text(
        "import torch\nfrom cnnlab.data.datasets import DATASETS\nfrom cnnlab.data.stores import Source, whole\n"
        "def dots(storage):\n    images = torch.arange(40, dtype=torch.uint8).view(40, 1, 1, 1).expand(40, 1, 8, 8)\n"
        "    return Source(whole('dots', images, torch.arange(40) % 2), ('even', 'odd'))\nDATASETS['dots'] = dots\n"
    )
    assert main(["data", "dataset.name=dots", "plugins=[mine.py]"]) == 0
    assert "data     dots: 40 images of 2 classes" in capsys.readouterr().out
