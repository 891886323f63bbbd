"""Which design leads a sweep, by its words."""

import pytest

from cnnlab.sweeps.leading import begin_sweep
from cnnlab.sweeps.points import expand
from tests.conftest import composed

NAMES = ("sgd", "momentum", "nesterov", "adam", "muon")


@pytest.mark.parametrize(
    ("typed", "fair", "name"),
    [
        ((), (), "grid"),
        (("until=decided",), (), "UntilDecided.design"),
        (("halving=true",), (), "Halving.design"),
        (("halving=false",), (), "grid"),
        (("trials=3",), ("optimizer.lr=log(1e-4,1)",), "Fair.design"),
    ],
)
def test_words_choose_the_design(typed, fair, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    axes = {"optimizer": [f"optimizer={name}" for name in NAMES]}
    points = expand({"": ()}, axes, ["plots=false"], list(axes))
    words = {text.partition("=")[0]: text for text in typed}
    begun = begin_sweep(points, lambda own: composed(*own), words, fair=fair)
    assert begun.design.__qualname__ == name
