import numpy as np
import pytest

from cnnlab.plots import feature_maps
from tests.run_maker import inside, overlap, texts_of

IMAGE = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4)


def stages(*shapes):
    draw = np.random.default_rng(0)
    return [(f"stage{i}", draw.random(shape, dtype=np.float32)) for i, shape in enumerate(shapes, 1)]


def test_each_stage_is_a_row_of_its_first_channels_with_its_name_and_size(make_run):
    figure = feature_maps(make_run(), IMAGE, stages((2, 8, 8), (20, 4, 4)), title="a.png, taken for 3")
    assert len(figure.axes[0].images) == 1 + 2 + 8
    texts = texts_of(figure)
    assert "a.png, taken for 3" in texts
    assert {"image", "stage1", "stage2"} <= set(texts)
    assert any(text.startswith("20x4x4\n") for text in texts)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_image_is_shown_as_it_is(make_run, channels):
    image = np.repeat(IMAGE[:1], channels, 0)
    shown = feature_maps(make_run(), image, stages((1, 4, 4)), title="").axes[0].images[0]
    assert shown.get_clim() == (0, 255)
    np.testing.assert_array_equal(shown.get_array(), image.transpose(1, 2, 0) if channels == 3 else image[0])


def test_a_row_has_one_scale_that_its_label_tells(make_run):
    maps = np.linspace(-1, 1, 201, dtype=np.float32)[None, :, None].repeat(2, 0)
    figure = feature_maps(make_run(), IMAGE, [("conv1", maps)], title="")
    _, *shown = figure.axes[0].images
    assert [image.get_clim() for image in shown] == [pytest.approx((-0.99, 0.99), abs=0.006)] * 2
    assert "2x201x1\n-0.99 to 0.99" in texts_of(figure)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_maps_that_are_all_the_same_or_no_numbers_can_be_drawn(make_run, value):
    figure = feature_maps(make_run(), IMAGE, [("conv1", np.full((2, 4, 4), value, np.float32))], title="")
    assert "2x4x4\n0 to 0" in texts_of(figure)


def test_of_many_stages_as_many_as_fit_are_shown_the_first_and_the_last_among_them(make_run):
    figure = feature_maps(make_run(), IMAGE, stages(*[(1, 2, 2)] * 50), title="")
    names = [text for text in texts_of(figure) if text.startswith("stage")]
    assert (len(names), names[0], names[-1]) == (24, "stage1", "stage50")
    assert any(text.endswith("24 of 50 stages") for text in texts_of(figure))


def test_no_text_is_cut_off_or_overlaps_another(make_run):
    long = [(f"features.denseblock{i}.denselayer16", np.full((1024, 2, 2), -1e-5, np.float32)) for i in range(3)]
    figure = feature_maps(make_run(), IMAGE, long, title="W" * 200)
    figure.canvas.draw()
    texts = [text for text in (*figure.texts, *figure.axes[0].texts) if text.get_text().strip()]
    boxes = [text.get_window_extent() for text in texts]
    assert all(inside(box, figure.bbox) for box in boxes)
    assert not any(overlap(box, other) for i, box in enumerate(boxes) for other in boxes[:i])
    labels = [text.get_window_extent().x1 for text in figure.axes[0].texts if text.get_position()[0] == 0]
    assert max(labels) < figure.axes[0].images[0].get_window_extent().x0
