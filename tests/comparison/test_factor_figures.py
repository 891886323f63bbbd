"""Main effects and interactions as pictures."""

from cnnlab.comparison.factor_figures import interactions, main_effects
from cnnlab.comparison.layout import Layout
from tests.comparison.grid_maker import GRID, grid_study
from tests.run_maker import texts_of


def test_main_effects_have_a_panel_per_factor_on_one_scale():
    figure = main_effects(grid_study())
    assert {"optimizer", "activation", "sgd", "adam", "relu", "gelu", "tanh", "test accuracy in %"} <= set(
        texts_of(figure)
    )
    assert len(figure.axes) == 2
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_interactions_have_a_line_per_value_that_is_named_at_its_end():
    figure = interactions(grid_study())
    assert {"optimizer over activation", "sgd", "adam", "activation"} <= set(texts_of(figure))
    assert len(figure.axes) == 1


def test_pictures_of_a_paper_have_its_width_and_no_title():
    comparison = grid_study()
    for draw in (main_effects, interactions):
        figure = draw(comparison, Layout(3.3, has_titles=False))
        assert round(figure.get_size_inches()[0], 6) == 3.3
        assert not figure.texts
        assert draw(comparison).texts


def test_grid_without_effects_is_not_drawn():
    lacking = grid_study({name: own[:1] for name, own in GRID.items()})
    assert main_effects(lacking) is None
    assert interactions(lacking) is None
