"""What holds for every plot."""

import itertools
import os
import subprocess
import sys

import pytest
from matplotlib.text import Text

from cnnlab.outputs.run_files import RunFiles
from cnnlab.plots import PLOTS, draw_all
from cnnlab.plots.style import styled
from tests.run_maker import LONG, inside, overlap, write_run

CASES = {
    "digits": {"num_test": 1000},
    "two classes": {"classes": ("rest", "bird"), "channels": 3, "skill": 3, "has_test_curve": True},
    "twenty classes": {"classes": LONG[:20], "num_test": 1000, "num_layers": 20, "skill": 3},
    "hundred classes": {"classes": LONG, "num_test": 2000, "num_layers": 200, "zero_layers": (3, 4), "epochs": 2},
    "one epoch": {"epochs": 1, "num_test": 100, "num_mistakes": 1},
    "250 epochs": {"epochs": 250, "has_test_curve": True, "num_layers": 2},
    "diverged": {"diverges_at": 7, "has_test_curve": True},
    "odd names": {"classes": ("$a$", "b_{", "c\\d", ""), "num_test": 60, "skill": 1, "model": "m" * 90},
}


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("case", CASES)
def test_no_text_is_cut_off_or_overlaps_another(make_run, case, name, monkeypatch):
    figure = PLOTS[name](make_run(**CASES[case]))
    if figure is None:
        return
    drawn = []
    draw = Text.draw
    monkeypatch.setattr(Text, "draw", lambda text, renderer: (drawn.append(text), draw(text, renderer))[1])
    styled(figure.canvas.draw)()
    boxes = {text: text.get_window_extent() for text in drawn if text.get_visible() and text.get_text().strip()}
    assert [text.get_text() for text, box in boxes.items() if not inside(box, figure.bbox)] == []
    pairs = itertools.combinations(boxes.items(), 2)
    assert [(a.get_text(), b.get_text()) for (a, box), (b, other) in pairs if overlap(box, other)] == []


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_names_run_data_set_and_seed(make_run, name):
    figure = PLOTS[name](make_run(skill=3))
    assert any(text.get_text().startswith("cnn6-batch-relu-adam  ·  digits  ·  seed 0") for text in figure.texts)


def test_run_of_a_fold_names_it(tmp_path):
    folder = write_run(tmp_path)
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace("  name: digits\n", "  name: digits\n  fold: 2\n"))
    figure = PLOTS["curves"](RunFiles(folder))
    assert any("digits  ·  seed 0, fold 2" in text.get_text() for text in figure.texts)


def test_a_long_slug_gives_way_to_the_rest(make_run):
    figure = PLOTS["confusion"](make_run(model="m" * 90))
    assert figure.texts[-1].get_text().endswith("u-adam  ·  digits  ·  seed 0  ·  shade: share of the true class")


def test_draw_all_writes_a_picture_per_plot(tmp_path):
    folder = write_run(tmp_path, skill=3)
    paths = draw_all(folder)
    assert paths == [folder / "plots" / f"{name}.png" for name in PLOTS]
    assert sorted(path.name for path in (folder / "plots").iterdir()) == sorted(path.name for path in paths)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_draw_all_draws_what_the_files_allow(tmp_path):
    folder = write_run(tmp_path, diverges_at=3)
    assert [path.stem for path in draw_all(folder)] == ["curves", "gradients", "batch"]


def test_drawing_again_gives_the_same_bytes(tmp_path):
    folder = write_run(tmp_path, skill=3)
    first = [path.read_bytes() for path in draw_all(folder)]
    assert [path.read_bytes() for path in draw_all(folder)] == first


def test_a_class_in_a_script_that_the_font_lacks_does_not_warn(tmp_path):
    assert len(draw_all(write_run(tmp_path, classes=("猫", "犬"), skill=1))) == 7


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^draw_all: no run in '.*', it has no config\.yaml\.$"):
        draw_all(tmp_path)


def test_plots_import_neither_torch_nor_pyplot_nor_sklearn():
    code = "import sys, cnnlab.plots; print({'torch', 'matplotlib.pyplot', 'sklearn'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "set()"
