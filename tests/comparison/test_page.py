"""report.html as a file: what is in it, that it needs nothing else, and that no name becomes code."""

import json
import re
from html.parser import HTMLParser

import pytest

from cnnlab.comparison import compare_study, save
from cnnlab.comparison.page import render
from tests.comparison.study_maker import write_study

ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


def page_of(arms=ARMS, **more):
    return render(compare_study(write_study(arms, **more)))


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])


def text_of(page):
    """Return what a reader sees, white space collapsed."""
    found = []

    class Reader(HTMLParser):
        is_code = False

        def handle_starttag(self, tag, attrs):
            self.is_code = tag in ("script", "style")

        def handle_endtag(self, tag):
            self.is_code = False

        def handle_data(self, data):
            if not self.is_code:
                found.append(data)

    Reader().feed(page)
    return " ".join(" ".join(found).split())


def test_page_begins_with_question_command_and_verdict():
    text = text_of(page_of(question="Does Adam beat SGD?"))
    parts = [
        "Does Adam beat SGD?", "cnnlab -m optimizer=sgd,adam seed=0,1,2", "adam is better than sgd.",
        "Arms", "best by validation", "Learning curves", "What accuracy costs", "Classes", "How to get this again",
    ]  # fmt: skip
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_what_changed_is_told_by_names_where_no_image_is_at_hand():
    """Of 100 images the first 70 are right with sgd, the first 75 with adam."""
    text = text_of(page_of())
    assert "adam answers 5 images right that sgd gets wrong, and none the other way round (seed 0)." in text
    assert "0 5 0 70 25 0.062 1 4 0 80 16 0.125" in text
    assert "Only adam is right: 5 images of seed 0 test image 70 cat sgd says dog adam says cat test image 71" in text
    assert "What changed" not in text_of(page_of({"optimizer=sgd": [0.7]}))


def test_verdict_has_the_colour_of_the_best_arm_whatever_validation_says():
    arms = {"optimizer=sgd": [0.9] * 5, "optimizer=adam": [0.7] * 5, "optimizer=nadam": [0.5] * 5}
    page = render(compare_study(write_study(arms, more={"optimizer=adam": {"val": 0.99}})))
    assert 'aria-label="Verdict" style="--arm: var(--c0)"' in page


def test_page_is_one_file_that_loads_nothing():
    page = page_of()
    assert not re.search(r'src="(?!data:)|<link [^>]*href="(?!data:,)', page)
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_numbers_of_the_charts_are_those_of_the_runs():
    data = data_of(page_of(more={"optimizer=sgd": {"watch_test": True, "epochs": 2, "seconds": 3.0}}))
    sgd, adam = data["arms"]
    assert sgd["name"] == "sgd"
    assert sgd["curves"]["seconds"] == [1.5, 3.0]
    assert sgd["curves"]["bands"]["val_accuracy"] == {"mean": [0.4, 0.8], "low": [0.35, 0.7], "high": [0.45, 0.9]}
    assert "test_accuracy" in sgd["curves"]["bands"]
    assert "test_accuracy" not in adam["curves"]["bands"]
    assert sgd["test"]["mean"] == pytest.approx(0.8)
    assert (sgd["isBaseline"], sgd["isBest"], adam["isBest"]) == (True, False, True)


def test_confusion_is_summed_over_the_seeds():
    """Of 100 images, cats and dogs in turns, the first 70, 80, 90 are right: 35 + 40 + 45 of 150 each."""
    page = page_of()
    assert data_of(page)["arms"][0]["confusion"] == [0, 0, 120, 0, 1, 30, 1, 0, 30, 1, 1, 120]
    assert "sgd 80.0 80.0" in text_of(page)


def test_run_with_damaged_predictions_is_left_out_of_the_classes_alone():
    folder = write_study(ARMS)
    path = next(iter(compare_study(folder).results[0].arm.runs)).folder.path / "predictions.csv"
    path.write_text("index\n0\n")
    text = text_of(render(compare_study(folder)))
    assert f"Left out here: {path}: has no columns target and predicted." in text
    assert "is better than sgd by 4.33 points" in text


def test_names_are_text_wherever_they_stand():
    name = "</script><script>alert(1)</script><b>"
    page = page_of({name: [0.9, 0.8], "b": ["failed"]}, question=name, more={"b": {"reason": name}})
    assert name not in page
    assert data_of(page)["arms"][0]["name"] == name
    assert page.count("alert(1)") == page.count("&lt;script&gt;alert(1)") + page.count("\\u003cscript>alert(1)")


def test_long_names_are_cut_and_stand_in_full_in_a_title():
    first, second = (f"{'a-long-name-' * 7}{end}" for end in ("1", "22"))
    page = page_of({first: [0.9, 0.8], second: [0.8, "failed"]})
    assert f'title="{first}">a-long-name-a-long-n…-name-a-long-name-1 <span class="mark"' in page
    assert f'title="{second}">a-long-name-a-long-n…name-a-long-name-22</th><td class="number">1</td>' in page
    assert [arm["label"] for arm in data_of(page)["arms"]] == ["a-long-name-…long-name-1", "a-long-name-…ong-name-22"]


def test_plane_of_two_settings_is_shown_as_heat_maps():
    arms = {"epochs=1 batch_size=8": [0.5], "epochs=2 batch_size=8": [0.6], "epochs=2 batch_size=9": [0.75]}
    text = text_of(page_of(arms))
    assert "epochs and batch_size test accuracy in % batch_size epochs 8 9 1 50.0 2 60.0 75.0" in text
    assert "training time in s" not in text


def test_how_fast_arms_learnt_is_told_between_curves_and_costs():
    text = text_of(page_of(seconds_to=(0.75,)))
    at = text.find(
        "How fast training images until validation accuracy was arm 75 % adam 3,000 ± 717 3 epochs sgd 3,000"
    )
    assert text.find("Learning curves") < at < text.find("What accuracy costs")
    assert "sgd 2.00 2 of 3 seeds Reached at the end of the first epoch" in text


def test_images_of_an_epoch_are_those_of_the_runs():
    data = data_of(
        page_of({"optimizer=sgd": [0.7], "optimizer=adam": ["running"]}, more={"optimizer=sgd": {"num_train": 40}})
    )
    assert [arm["imagesPerEpoch"] for arm in data["arms"]] == [40, None]


def test_reported_numbers_stand_beside_measured_ones():
    reported = {"optimizer=sgd": {"test_accuracy": 0.7729, "train_seconds": 105}, "gone": {"test_accuracy": 0.5}}
    text = text_of(page_of(reported=reported))
    assert "sgd test % 77.29 80.00 +2.71" in text
    assert "sgd training time in s 105.00 2.00 -103.00" in text
    assert "gone test % 50.00 – –" in text


def test_runs_without_a_result_are_shown_with_their_reasons():
    arms = {"optimizer=sgd": [0.9, "diverged"], "optimizer=adam": ["refused: optimizer.lr: must be > 0.", "waiting"]}
    text = text_of(page_of(arms, more={"optimizer=sgd": {"reason": "the loss is not finite at step 3"}}))
    assert "sgd 1 diverged the loss is not finite at step 3" in text
    assert "adam 0 refused optimizer.lr: must be > 0." in text
    assert "adam 1 waiting" in text


def test_arm_without_a_result_has_no_curve_and_is_named_beside_them():
    page = page_of({"optimizer=sgd": [0.9], "optimizer=adam": ["diverged"]})
    assert "Not drawn: adam (diverged)." in text_of(page)
    assert data_of(page)["arms"][1]["curves"] is None


def test_environment_and_commands_make_it_reproducible():
    text = text_of(page_of(more={"optimizer=sgd": {"environment": {"torch": "2.8"}}}))
    assert "cnnlab report trial compares again without training." in text
    assert "version of torch 2.8, 2.9" in text
    assert "Runs were not made in the same way: version of torch 2.8 (sgd), 2.9 (adam)." in text
    assert "trial-arm0-s0" in text


def test_page_of_a_study_that_has_just_begun_can_be_written():
    text = text_of(page_of({"optimizer=sgd": ["waiting"], "optimizer=adam": ["running"]}))
    assert "No verdict: no arm has a finished run." in text
    assert "Classes" not in text


def test_save_writes_everything_beside_the_study():
    comparison = compare_study(write_study(ARMS))
    save(comparison, pictures=True)
    found = {str(path.relative_to(comparison.folder.path)) for path in comparison.folder.path.rglob("*.*")}
    pictures = {f"plots/{name}.{kind}" for name in ("accuracy", "loss", "test_accuracy") for kind in ("png", "pdf")}
    assert found == {"changes.csv", "comparison.csv", "report.html", "runs.csv", "study.json"} | pictures


@pytest.fixture
def eight_arms(monkeypatch):
    """Of eight arms there is room for three; validation likes the last ones, the test the first two."""
    monkeypatch.setattr("cnnlab.comparison.comparing.MOST_SHOWN", 3)
    arms = {f"optimizer.lr=0.{number}": [0.95 - number / 20, 0.94 - number / 20] for number in range(1, 9)}
    more = {name: {"val": 0.5 + place / 100} for place, name in enumerate(arms)}
    return write_study({**arms, "optimizer.lr=0.9": ["failed", "waiting"]}, more=more)


def test_of_many_arms_the_best_by_validation_and_those_that_are_spoken_of_are_shown(eight_arms):
    comparison = compare_study(eight_arms)
    page = render(comparison)
    names = [arm["name"] for arm in data_of(page)["arms"]]
    assert names == ["lr=0.1", "lr=0.2", "lr=0.6", "lr=0.7", "lr=0.8"]
    text = text_of(page)
    assert "Shown, here and below, are 5 of 9 arms, the best by validation; comparison.csv has all of them." in text
    assert "Of 9 arms these two have the highest mean accuracy on the test images." in text
    save(comparison, pictures=False)
    assert len((comparison.folder.path / "comparison.csv").read_text().splitlines()) == 1 + 9


def test_few_arms_are_all_shown_and_nothing_is_said_of_it():
    comparison = compare_study(write_study(ARMS))
    assert comparison.shown is comparison
    assert "Shown, here and below" not in render(comparison)


def test_of_many_runs_without_a_result_some_are_listed(monkeypatch):
    monkeypatch.setattr("cnnlab.comparison.page.MOST_UNFINISHED", 2)
    text = text_of(page_of({"optimizer=sgd": [0.7, *["waiting"] * 4], "optimizer=adam": [0.8]}))
    assert text.count(" waiting ") == 2
    assert "And 2 more: results.csv has all of them." in text
