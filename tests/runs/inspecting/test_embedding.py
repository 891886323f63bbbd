import importlib.util

import numpy as np
import pytest

from cnnlab.runs.inspecting import embedding
from cnnlab.runs.inspecting.embedding import embeddings


@pytest.fixture
def without_umap(monkeypatch):
    monkeypatch.setattr(embedding, "find_spec", lambda _: None)


@pytest.mark.usefixtures("without_umap")
def test_principal_components_keep_what_lies_in_a_plane():
    plane = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    (found,), _ = embeddings(plane @ np.eye(2, 7, dtype=np.float32), print)
    distances = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in (plane, found.points)]
    np.testing.assert_allclose(distances[0], distances[1], atol=1e-4)
    assert found.note == "Two directions hold 100 % of the variance of 7 features."


@pytest.mark.usefixtures("without_umap")
def test_what_is_to_be_installed_for_umap_is_said():
    _, more = embeddings(np.ones((3, 1), dtype=np.float32), print)
    assert more.endswith("it needs umap-learn: pip install 'cnnlab[inspect]'")


@pytest.mark.usefixtures("without_umap")
@pytest.mark.parametrize("shape", [(4, 1), (3, 5)])
def test_few_features_that_are_all_equal_lie_at_one_point(shape):
    (found,), _ = embeddings(np.ones(shape, dtype=np.float32), print)
    assert (found.points == found.points[0]).all()
    assert found.points.shape == (shape[0], 2)


@pytest.mark.skipif(importlib.util.find_spec("umap") is None, reason="umap-learn is not installed")
def test_umap_keeps_groups_together_and_says_what_takes_long():
    draw, told = np.random.default_rng(0), []
    centres = np.repeat(20 * np.eye(3, 8), 15, axis=0)
    features = (centres + draw.normal(size=centres.shape)).astype(np.float32)
    (_, found), more = embeddings(features, told.append)
    assert (found.method, more, told) == ("UMAP", None, ["embedding with UMAP"])
    distances = np.linalg.norm(found.points[:, None] - found.points[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(1) // 15 == np.arange(45) // 15).all()
