"""Diagrams of what was measured: what stands in them, at which places."""

import dataclasses

import numpy as np
import pytest

from cnnlab.outputs.run_files import RunFiles
from cnnlab.runs.inspecting.diagrams import embedding, reliability, units
from cnnlab.runs.inspecting.embedding import Embedding
from cnnlab.runs.inspecting.findings import Units
from cnnlab.runs.inspecting.units import LayerUnits
from tests.run_maker import texts_of, write_run
from tests.runs.inspecting.inspected import CLASSES, inspection


@pytest.fixture
def run(tmp_path):
    return RunFiles(write_run(tmp_path, classes=CLASSES))


def test_bars_of_a_reliability_diagram_are_accuracies_over_bins_of_equal_width(run):
    found = inspection()
    first, answers, second, _ = reliability(run, found).axes
    bins = found.calibration[0].equal_width.bins
    assert [(bar.get_x(), bar.get_height()) for bar in first.patches] == [
        pytest.approx((100 * one.low, 100 * one.accuracy)) for one in bins
    ]
    assert sum(bar.get_height() for bar in answers.patches) == pytest.approx(100)
    assert [text.get_text() for text in second.texts] == ["scaled by the temperature, T = 1.50"]


def test_reliability_says_its_error_with_the_interval(run):
    found = inspection().calibration[0].equal_width
    headline = (
        f"Calibration error {100 * found.ece:.1f} % (95 % interval {100 * found.low:.1f} to {100 * found.high:.1f})"
    )
    assert headline in texts_of(reliability(run, inspection()))


def test_embedding_has_every_image_and_rings_the_mistakes(run):
    (axes,) = embedding(run, inspection()).axes
    images, rings = axes.collections
    np.testing.assert_array_equal(images.get_offsets(), [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(rings.get_offsets(), [[4, 5]])
    assert [text.get_text() for text in axes.texts] == ["PCA", "●", "ant", "●", "<bee>"]


def test_both_embeddings_stand_side_by_side(run):
    placed = inspection().placed
    both = [*placed.embeddings, Embedding("UMAP", np.zeros((3, 2)), "")]
    first, second = embedding(run, inspection(placed=dataclasses.replace(placed, embeddings=both))).axes
    assert first.get_position().x1 < second.get_position().x0


def test_units_of_many_layers_are_some_of_them_and_all_are_counted(run):
    layers = [LayerUnits(f"act{i}", "relu", 8, 2, 0.5) for i in range(100)]
    figure = units(run, inspection(units=Units("validation", 5, layers, [])))
    assert "Units that always stand still: 200 of 800" in texts_of(figure)
    assert "over 5 validation images, 30 of 100 activations" in "".join(texts_of(figure))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()][:1] == ["act0  relu"]
