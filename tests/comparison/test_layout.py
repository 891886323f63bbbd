"""Widths of the study's pictures."""

import pytest

from cnnlab.comparison.layout import ON_SCREEN, Layout


@pytest.mark.parametrize(("layout", "dpi"), [(ON_SCREEN, 120), (Layout(width=3.3), 300)])
def test_pictures_of_a_given_width_are_for_print(layout, dpi):
    assert layout.dpi == dpi
