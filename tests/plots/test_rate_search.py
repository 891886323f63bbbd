from cnnlab.plots.rate_search import rate_search

RATES, LOSSES = [1e-4, 1e-3, 1e-2, 1e-1], [2.0, 1.5, 1.0, 4.0]


def test_loss_is_drawn_over_the_rates_with_those_that_are_proposed():
    (axes,) = rate_search(RATES, LOSSES, LOSSES, proposed=(1e-3, 2e-3, 1e-2), small="a run").axes
    assert axes.get_xscale() == "log"
    assert [list(line.get_xdata()) for line in axes.lines] == [RATES, RATES, [2e-3, 2e-3]]
    assert len(axes.patches) == 1


def test_without_a_proposal_no_rate_is_marked():
    figure = rate_search(RATES, LOSSES, LOSSES, proposed=None, small="a run")
    assert len(figure.axes[0].lines) == 2
    assert figure.texts[0].get_text() == "Learning-rate range test"
