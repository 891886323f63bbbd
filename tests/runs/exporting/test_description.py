import dataclasses

import pytest

from cnnlab.runs.calibration import Calibration
from cnnlab.runs.exporting.description import as_texts, describe, described, of_texts
from tests.runs.exporting.networks import IMAGES, with_head


def test_description_comes_back_from_texts():
    images = dataclasses.replace(
        IMAGES, classes=("é", "b\n"), resize=10, read_size=12, border=(1, 2, 3), is_squashed=True
    )
    told = describe("a-run", with_head(None, images=images), Calibration(2.0, 9))
    texts = as_texts(told)
    assert all(isinstance(text, str) for text in texts.values())
    found = described(of_texts(texts | {"author": "no JSON"}))
    assert (found.run_id, found.images, found.scores_are) == ("a-run", images, "decision values")
    assert found.calibration == Calibration(2.0, 9)


def test_whoever_has_no_cnnlab_is_told_mode_and_size_of_the_pixels():
    told = describe("a-run", with_head(None, images=dataclasses.replace(IMAGES, resize=10, read_size=12)), None)
    assert (told["mode"], told["size"], told["image_size"], told["calibration"]) == ("RGB", 12, 8, None)
    assert describe("a-run", with_head(None, images=dataclasses.replace(IMAGES, channels=1)), None)["mode"] == "L"


@pytest.mark.parametrize("plain", [{}, {"run": "a", "scores_are": "x"}, {"run": "a", "classes": 3}])
def test_what_is_no_description_is_an_error(plain):
    with pytest.raises((KeyError, TypeError), match=r"."):
        described(plain)
