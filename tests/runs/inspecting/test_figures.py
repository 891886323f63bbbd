"""Pictures of what was found, as files and as figures."""

import numpy as np
import pytest
from PIL import Image

from cnnlab.outputs.run_files import RunFiles
from cnnlab.runs.inspecting.figures import FIGURES, draw_figures, feature_maps, filters, grad_cam, label_errors
from tests.run_maker import texts_of, write_run
from tests.runs.inspecting.inspected import CLASSES, LEFT_OUT, inspection


@pytest.fixture
def run(tmp_path):
    return RunFiles(write_run(tmp_path / "run", classes=CLASSES))


def test_every_finding_has_a_picture(run, tmp_path):
    paths = draw_figures(run, inspection(), tmp_path)
    assert paths == [tmp_path / "plots" / f"{name}.png" for name in FIGURES]
    for path in paths:
        with Image.open(path) as image:
            assert image.format == "PNG"


def test_what_is_left_out_has_none_and_pictures_of_an_inspection_of_before_go(run, tmp_path):
    draw_figures(run, inspection(), tmp_path)
    (tmp_path / "plots" / "confusion.png").touch()
    assert draw_figures(run, inspection(**LEFT_OUT), tmp_path) == []
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["confusion.png"]


def test_mistake_is_an_image_and_two_places(run):
    figure = grad_cam(run, inspection())
    texts = texts_of(figure)
    assert "Grad-CAM: the only mistake" in texts
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "ant\n→ <bee> (90 %)",
        "speaks for\n<bee>",
        "speaks for\nant",
    ]
    image, of_bee, of_ant = (each.get_array() for each in figure.axes[0].images)
    assert image.shape == (8, 8)
    assert of_bee.shape == of_ant.shape == (8, 8, 3)
    assert not np.array_equal(of_bee, of_ant)


def test_number_of_mistakes_that_are_not_shown_is_told(run):
    assert "Grad-CAM: the 1 surest of 30 mistakes" in texts_of(grad_cam(run, inspection(num_mistakes=30)))


def test_label_error_has_its_label_and_the_other_one(run):
    texts = texts_of(label_errors(run, inspection()))
    assert {"ant\nrather <bee>", "Labels that are likely wrong: 1"} <= set(texts)
    many = inspection(suspects=inspection().suspects * 30)
    assert "Labels that are likely wrong: the 24 likeliest of 30" in texts_of(label_errors(run, many))


def test_filters_and_maps_keep_their_shades(run):
    found = inspection()
    assert [each.get_clim() for each in filters(run, found).axes[0].images] == [(0, 255)] * 2
    figure = feature_maps(run, found)
    assert len(figure.axes[0].images) == 1 + 8
    assert {"conv1", "9x4x4", "An image of ant, taken for <bee>, stage by stage"} <= set(texts_of(figure))
