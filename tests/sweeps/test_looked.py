"""What a study was looked at before, and what follows for the seeds that come."""

import pytest

from cnnlab.outputs.study_folder import SeedPlan, StudyFolder
from cnnlab.sweeps.looked import fresh_plan, plan_after_looks, seen_before
from tests.comparison.study_maker import write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
ARMS = {SGD: [0.9] * 5, ADAM: [0.8] * 5}
IDS = ("trial-arm0-s0", "trial-arm1-s4")
LOOKS = (5, 8, 12, 20)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_looks_at_the_same_runs_are_remembered_whatever_study_showed_them():
    studies = [write_study(ARMS, looked_at=(3, 5), seeds_seen=5), write_study(ARMS, name="trial-2", looked_at=(2,))]
    assert seen_before(studies, IDS) == ((3, 5), 5)
    assert seen_before(studies, (*IDS, "trial-2-arm0-s0")) == ((2, 3, 5), 5)
    assert seen_before(studies, ("another",)) == ((), 0)


CHANGES = [
    ({}, {}, False),
    ({"looks": (5, 8, 12)}, {}, True),
    ({"arms": [SGD, ADAM, "optimizer=nadam"]}, {}, True),
    ({"margin": 1.0}, {}, True),
    ({"run_ids": ("another",), "looks": (5,)}, {}, False),
    ({}, {"is_changed": True}, True),
]


@pytest.mark.parametrize(("now", "before", "is_changed"), CHANGES)
def test_plan_that_is_changed_after_a_look_says_so(now, before, is_changed):
    folder = write_study(ARMS, plan=SeedPlan(LOOKS, **before))
    more = {"run_ids": IDS, "arms": [SGD, ADAM], "margin": None} | {k: v for k, v in now.items() if k != "looks"}
    assert plan_after_looks(SeedPlan(now.get("looks", LOOKS)), folder, **more).is_changed is is_changed


def test_plan_that_is_changed_before_its_first_look_is_as_good_as_new():
    folder = write_study({SGD: [0.9] * 5, ADAM: [0.8] * 4 + ["waiting"]}, plan=SeedPlan(LOOKS))
    found = plan_after_looks(SeedPlan((5,)), folder, run_ids=IDS, arms=[SGD, ADAM], margin=None)
    assert not found.is_changed


def test_seeds_of_a_fixed_study_that_was_looked_at_are_used_no_more():
    decided = StudyFolder.named("trial-decided")
    assert fresh_plan([], decided, LOOKS) == SeedPlan(LOOKS)
    assert fresh_plan([write_study(ARMS)], decided, LOOKS) == SeedPlan(LOOKS)  # it was not looked at
    seen = [write_study(ARMS, seeds_seen=5), write_study(ARMS, name="trial-2", seeds_seen=3)]
    assert fresh_plan(seen, decided, LOOKS) == SeedPlan(LOOKS, first_seed=5, after="trial")


def test_study_that_was_begun_keeps_its_seeds():
    begun = write_study(ARMS, name="trial-decided", plan=SeedPlan((5,), first_seed=3, after="trial"))
    found = fresh_plan([], begun, LOOKS)
    assert found == SeedPlan(LOOKS, first_seed=3, after="trial")
