"""What scripts/claims.py makes of a study: the word that docs/studies.md has for a claim."""

import importlib
import re

import pytest

from cnnlab.comparison import compare_study
from tests.comparison.study_maker import write_study
from tests.conftest import composed
from tests.pages import ROOT

FAR = [0.90, 0.91, 0.90, 0.92, 0.91]
NEAR = [0.80, 0.82, 0.81, 0.80, 0.82]
NEVER = ["diverged"] * 5


@pytest.fixture
def claims(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("claims")


def judged(claim, **arms):
    study = write_study({f"optimizer={name}": seeds for name, seeds in arms.items()}, margin=1, more=LARGE)
    return claim.judge(compare_study(study))


LARGE = {f"optimizer={name}": {"num_test": 1000} for name in ("adam", "sgd", "momentum", "adadelta")}


def test_images_of_cifar_10_keep_their_size_in_all_studies(claims):  # a folder of images is enlarged to 64 x 64
    for study in claims.STUDIES:
        words = [word for word in study.words("5", "data") if re.match(r"(experiment|scale|dataset)[.=]", word)]
        if "dataset.root=data/cifar10_jpeg" in words:
            command = next(iter(study.command), "train")
            assert composed(*words, command=command)["dataset"]["image_size"] == 32, study.name


def test_an_arm_is_better_if_all_others_are_shown_to_be_worse(claims):
    claim = judged(claims.Better("Adam is best", "optimizer=adam"), adam=FAR, sgd=NEAR, momentum=NEAR)
    assert (claim.verdict, claim.seeds) == ("better", 5)
    assert claim.difference == pytest.approx(9.8)


@pytest.mark.parametrize(
    ("others", "verdict", "about"),
    [
        ({"sgd": NEVER, "momentum": NEAR}, "better", "over momentum"),
        ({"sgd": NEVER, "momentum": FAR}, "equal", "over momentum"),
        ({"sgd": NEVER}, "better", "over sgd"),
    ],
)
def test_an_arm_that_diverges_with_every_seed_is_worse_than_any_other(claims, others, verdict, about):
    claim = judged(claims.Better("Adam is best", "optimizer=adam"), adam=FAR, **others)
    assert (claim.verdict, claim.about) == (verdict, about)


def test_an_arm_that_diverges_once_decides_nothing(claims):
    claim = judged(claims.Better("Adam is best", "optimizer=adam"), adam=FAR, sgd=[*NEAR[:4], "diverged"])
    assert claim.verdict == "open"


def test_a_claim_is_about_the_arms_that_it_names_alone(claims):
    best = claims.Better("Adam beats SGD", "optimizer=adam", ("optimizer=sgd",))
    assert judged(best, adam=NEAR, sgd=[0.70, 0.71, 0.72, 0.70, 0.71], momentum=FAR).verdict == "better"


def test_a_claim_is_worse_where_one_arm_is_ahead(claims):
    claim = judged(claims.Better("SGD is best", "optimizer=sgd"), adam=FAR, sgd=NEAR, momentum=NEVER)
    assert (claim.verdict, claim.about) == ("worse", "over adam")
    assert claim.difference == pytest.approx(-9.8)


@pytest.mark.parametrize(("points", "verdict"), [(5, "holds"), (9, "holds"), (15, "fails")])
def test_a_gap_holds_where_its_interval_reaches_what_was_reported(claims, points, verdict):
    gap = claims.Gap(f"{points} points between training and test", "optimizer=adam", points)  # training: 100 %
    assert judged(gap, adam=FAR, sgd=NEAR).verdict == verdict
