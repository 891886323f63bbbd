"""The studies of conf/experiment: each composes at every scale, and says what it asks; none is trained here."""

import csv
import functools
import itertools
import re
import shlex

import pytest
import yaml

from cnnlab.config.identity import run_id
from cnnlab.config.load import load
from tests.conftest import CONF, composed
from tests.pages import ROOT

STUDIES = sorted(CONF.glob("experiment/*.yaml"))
RESULTS = sorted(CONF.glob("results/*.csv"))
MEASURED = list(csv.DictReader((ROOT / "docs" / "studies" / "sizes.csv").read_text(encoding="utf-8").splitlines()))
SCALES = sorted(path.stem for path in CONF.glob("scale/*.yaml"))
FIGURES = {"test_accuracy", "val_accuracy", "train_accuracy", "train_seconds"}
of_studies = pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)


@functools.cache
def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def head(path):
    """Return the lines of the comment at the head of a file."""
    return list(itertools.takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8").splitlines()))


def command(path):
    return "transfer" if head(path)[1].startswith("# cnnlab transfer ") else "train"


def arms(path):
    """Return what its sweep calls every arm -> the overrides that make it, seeds left out."""
    sweeper = read(path)["hydra"]["sweeper"]
    axes = [
        [f"{key}={value}" for value in str(values).split(",")]
        for key, values in sweeper.get("params", {}).items()
        if key != "seed"
    ]
    named = sweeper.get("arms", {"": []})
    return {
        " ".join(filter(None, (name, *point))): [*own, *point]
        for point in itertools.product(*axes)
        for name, own in named.items()
    }


@of_studies
@pytest.mark.parametrize("scale", SCALES)
def test_every_arm_is_a_run_of_its_own(path, scale):
    points = list(arms(path).values())
    if scale != "full":
        points = [points[0], points[-1]] if len(points) > 1 else points  # composing one takes 70 ms
    words = (f"experiment={path.stem}", f"scale={scale}")
    ids = {run_id(load(composed(*words, *point, command=command(path)))) for point in points}
    assert len(ids) == len(points)


@of_studies
def test_head_says_command_question_and_size(path):
    package, typed, question, *_ = head(path)
    words = "" if command(path) == "train" else "transfer "
    assert package == "# @package _global_"
    assert typed.partition(" dataset")[0] == f"# cnnlab {words}-m experiment={path.stem}"
    assert "?  " in question
    num_arms = len(arms(path))
    size = re.search(r"(\d+)(?: x (\d+))? arms? x 5 seeds", question)
    assert size, question
    assert int(size[1]) * int(size[2] or 1) == num_arms


@of_studies
def test_study_has_the_name_of_its_file_and_five_seeds(path):
    assert read(path)["study"] == path.stem
    assert read(path)["hydra"]["sweeper"]["params"]["seed"] == "0,1,2,3,4"


@of_studies
def test_reported_numbers_and_baseline_are_of_arms_that_exist(path):
    plain = read(path)
    assert set(plain.get("reported", {})) <= set(arms(path))
    assert plain.get("baseline", next(iter(arms(path)))) in arms(path)
    is_of_a_report = "Report" in head(path)[2] and len(arms(path)) > 1
    assert "baseline" in plain or not is_of_a_report  # their claims are about it


@of_studies
def test_reported_accuracies_are_fractions(path):
    for figures in read(path).get("reported", {}).values():
        assert set(figures) <= FIGURES
        assert all(0 < value <= 1 for name, value in figures.items() if name != "train_seconds")


@of_studies
@pytest.mark.parametrize("scale", ["small", "half"])
def test_study_says_of_its_smaller_scales_what_they_know(path, scale):
    known = yaml.safe_load((CONF / "common.yaml").read_text(encoding="utf-8"))[scale]
    assert set(read(path).get(scale, {})) <= set(known)


def test_full_scale_changes_nothing():
    assert composed("experiment=optimizer_study", "scale=full") == composed("experiment=optimizer_study")


def test_small_scale_beats_the_study_and_what_is_typed_beats_both():
    own = read(CONF / "experiment" / "resnet_scratch.yaml")
    assert own["epochs"] != own["small"]["epochs"]
    assert composed("experiment=resnet_scratch", "scale=small")["epochs"] == own["small"]["epochs"]
    assert composed("experiment=resnet_scratch", "scale=small", "epochs=3")["epochs"] == 3
    assert composed("experiment=resnet_scratch", "scale=small", "small.epochs=4")["epochs"] == 4


def test_half_scale_is_small_where_the_study_says_nothing_of_it():
    overfit, svm = (read(CONF / "experiment" / f"{name}.yaml") for name in ("mnist_overfit", "bird_svm"))
    assert composed("experiment=mnist_overfit", "scale=half")["epochs"] == overfit["half"]["epochs"] == 250
    assert "half" not in svm
    plain = composed("experiment=bird_svm", "scale=half", command="transfer")
    assert plain["dataset"]["fraction"] == svm["small"]["fraction"]


def test_smoke_takes_the_place_of_the_data_that_a_study_asks_for():
    plain = composed("experiment=metric_losses", "scale=smoke", command="transfer")
    assert (plain["dataset"]["name"], plain["dataset"]["classes"]) == ("synthetic", None)


def test_a_study_of_photographs_can_be_had_on_two_classes_of_another_data_set():
    typed = ("dataset=cifar10", "dataset.classes=[cat,dog]", "dataset.image_size=32")
    plain = composed("experiment=cat_dog_optimizers", *typed)["dataset"]
    assert (plain["name"], plain["classes"], plain["image_size"]) == ("cifar10", ["cat", "dog"], 32)
    assert plain["test_fraction"] == 0.2  # 0.3 is Dogs vs Cats' own
    assert composed("experiment=cat_dog_optimizers")["dataset"]["test_fraction"] == 0.3


def test_scale_is_not_part_of_the_identity_but_what_it_changes():
    def identity_of(*overrides):
        return run_id(load(composed("experiment=optimizer_study", *overrides)))

    assert identity_of("scale=small") == identity_of("epochs=10", "dataset.fraction=0.2")
    assert identity_of("scale=small") != identity_of()


@of_studies
def test_schedule_is_chosen_so_that_no_default_changes_a_study(path):
    pinned = [entry["override /scheduler"] for entry in read(path)["defaults"] if "override /scheduler" in entry]
    if {"override /preset": "fast"} in read(path)["defaults"]:
        assert pinned == []  # the preset has one
        return
    assert pinned == (["cosine"] if path.stem == "resnet_scratch" else ["constant"])


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row["study"])
def test_size_that_is_written_down_is_the_one_of_the_half_scale(row):
    path = CONF / "experiment" / f"{row['study']}.yaml"
    plain = composed(f"experiment={path.stem}", "scale=half", command=command(path))
    swept = str(read(path)["hydra"]["sweeper"]["params"].get("epochs", plain["epochs"]))
    assert row["epochs"] == swept.replace(",", " and ")
    assert row["width"] == (f"{plain['model']['width']:g}" if command(path) == "train" else "")
    assert int(row["arms"]) == len(arms(path))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_results_that_come_along_are_of_a_study_that_does_and_their_command_composes(path):
    typed = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    _, *words = shlex.split(typed)
    name = words.pop(0) if words[0] == "transfer" else "train"
    assert f"experiment={path.stem}" in words
    words = [word for word in words if word != "-m" and not word.startswith("seed=")]
    assert composed(*words, command=name)["study"] == path.stem


def test_results_that_come_along_are_light():
    assert sum(path.stat().st_size for path in RESULTS) < 300_000
