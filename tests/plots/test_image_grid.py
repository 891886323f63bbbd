import numpy as np
import pytest

from cnnlab.plots.image_grid import CELL, draw_images


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (6, 6, 1), (7, 6, 2), (24, 6, 4)])
def test_images_stand_in_rows_of_six(count, columns, rows):
    images = [np.zeros((1, 8, 8), np.uint8)] * count
    axes = draw_images(images, [str(number) for number in range(count)]).axes[0]
    lefts, tops = ({round(image.get_extent()[side], 3) for image in axes.images} for side in (0, 3))
    assert (len(lefts), len(tops), len(axes.texts)) == (columns, rows, count)


def test_images_keep_their_proportions():
    axes = draw_images([np.zeros((3, 10, 40), np.uint8)], ["wide"]).axes[0]
    left, right, bottom, top = axes.images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4)
    assert right - left < CELL
