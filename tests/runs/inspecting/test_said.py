from cnnlab.runs.inspecting.findings import Units
from cnnlab.runs.inspecting.label_errors import LikelyError
from cnnlab.runs.inspecting.said import said_lines
from cnnlab.runs.inspecting.units import LayerUnits
from tests.runs.inspecting.inspected import CLASSES, LEFT_OUT, Suspect, inspection, shown


def said(**changes):
    lines = said_lines(inspection(**changes), CLASSES)
    assert max(map(len, lines)) <= 80
    return " ".join(" ".join(lines).split())


def test_every_kind_of_finding_has_a_line():
    text = said()
    assert "looked at 5 of 5 validation images and 10 of 20 test images, none that it has learnt from" in text
    assert "mistakes 1 of 10 test images" in text
    assert "% as the run says them (95 % interval" in text
    assert "scaled by the temperature 1.50" in text
    assert "labels 1 likely wrong, which is not certain: ants/7.png (ant, rather <bee>)" in text
    assert "units 2 of 8 always still, dead or saturated: 2 of 8 behind act1" in text


def test_of_many_likely_errors_some_are_named_and_they_are_doubted():
    suspects = [Suspect(shown(n), LikelyError(n, 0, 1, 0.5)) for n in range(5)]
    doubted = "test image 2 (ant, rather <bee>) and 2 more. So many are rather the network's own mistakes"
    assert doubted in said(suspects=suspects)
    assert "rather the network" not in said()


def test_what_is_left_out_is_said_with_its_reason():
    text = said(**LEFT_OUT)
    assert "certain how far is not known: there are no probabilities" in text
    assert "labels left out: nothing is known" in text
    assert "units gelu: nowhere flat, nothing is counted" in text


def test_good_news_are_said_too():
    alive = Units("validation", 5, [LayerUnits("act1", "relu", 8, 0, 0.5)], [])
    text = said(suspects=[], units=alive)
    assert "labels none is likely wrong" in text
    assert text.endswith("units 0 of 8 always still, dead or saturated")
    assert said(units=Units("test", 5, [], [])).endswith("units no activation to count behind")
