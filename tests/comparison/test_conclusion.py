"""The figures below the headline, in sentences."""

import pytest
import yaml

from cnnlab.comparison import compare_study
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study
from tests.conftest import CONF

PLAN = SeedPlan((5, 8, 12, 20))
SGD, ADAM, MOMENTUM = "optimizer=sgd", "optimizer=adam", "optimizer=momentum"


def sentences(arms, **more):
    return list(compare_study(write_study(arms, **more)).conclusion)


LOW, HIGH = [0.50, 0.52, 0.51, 0.49, 0.50], [0.90, 0.91, 0.89, 0.90, 0.92]


def test_arm_that_is_better_is_named_with_test_and_interval():
    assert sentences({SGD: [0.70, 0.80, 0.90], ADAM: [0.75, 0.84, 0.94]}) == [
        "adam is better than sgd by 4.33 points of test accuracy: p = 0.017 (paired t-test over 3 seeds); 95 % "
        "interval of this arm alone +1.85 to +6.82, on this test set of 100 images.",
        "The arms differ in optimizer.",
    ]


def test_of_two_arms_that_are_as_surely_better_the_one_that_is_further_ahead_is_named():
    nearer, further = [0.60, 0.62, 0.61, 0.59, 0.63], [0.68, 0.72, 0.70, 0.67, 0.73]  # Holm raises one p to the other
    (verdict, others, *_) = sentences(
        {SGD: [0.50, 0.51, 0.50, 0.49, 0.51], MOMENTUM: nearer, ADAM: further}, baseline=SGD
    )
    assert verdict.startswith("adam is better than sgd by 19.80 points of test accuracy: p < 0.001")
    assert others == "Better: momentum (+10.80)."


def test_difference_that_was_not_shown_says_how_many_seeds_a_new_study_would_take():
    (verdict, *_) = sentences({SGD: [0.70, 0.80, 0.90], ADAM: [0.72, 0.79, 0.93]})
    assert verdict == (
        "Not shown: adam +1.33 points of test accuracy to sgd, p = 0.38 (paired t-test over 3 seeds); 95 % interval of "
        "this arm alone -3.84 to +6.50, on this test set of 100 images. A new study of 22 seeds an arm "
        "would show a difference of this size four times in five."
    )


def test_seeds_of_a_new_study_are_counted_at_the_corrected_level():
    arms = {SGD: [0.70, 0.80, 0.90], ADAM: [0.72, 0.79, 0.93], MOMENTUM: [0.71, 0.80, 0.89]}
    assert "A new study of 26 seeds an arm" in sentences(arms, baseline=SGD)[0]


def test_interval_that_says_nothing_gives_its_place_to_the_runs():
    (verdict, *_) = sentences({SGD: [0.1, 0.9, 0.9], ADAM: [0.9, 0.1, 0.9]})
    assert verdict.startswith(
        "Not shown: adam +0.00 points of test accuracy to sgd, p = 1 (paired t-test over 3 seeds);"
    )
    assert "; runs from -80.0 to +80.0, on this test set of 100 images." in verdict


def test_other_arms_are_grouped_by_their_verdicts_in_one_sentence():
    arms = {SGD: LOW, MOMENTUM: [0.40, 0.41, 0.42, 0.39, 0.40], ADAM: HIGH, "optimizer=nadam": [0.1, "diverged", 0.1]}
    arms["optimizer=adamw"] = [0.51, 0.50, 0.52, 0.50, 0.49]
    assert sentences(arms, baseline=SGD)[1:] == [
        "Worse: momentum (-10.00); no difference shown: adamw (+0.00); diverged in 1 of 3: nadam.",
        "The arms differ in optimizer.",
    ]


def test_best_arm_is_said_with_what_it_is_ahead_and_who_ruled_out_whom():
    arms = {SGD: LOW, MOMENTUM: [0.60, 0.61, 0.62, 0.59, 0.60], ADAM: HIGH, "optimizer=nadam": [0.9, "failed"]}
    assert sentences(arms)[:2] == [
        "95 % sure over 5 seeds on this test set of 100 images: at least 27.33 points of test accuracy ahead of every "
        "other arm (one-sided paired t-tests, each at 0.05 / 3).",
        "Ruled out by adam: sgd (p < 0.001), momentum (p < 0.001); p is corrected for 3 comparisons; not compared: "
        "nadam (failed in 1 of 2).",
    ]


def test_many_arms_are_counted_since_the_table_names_them():
    arms = {
        f"optimizer=o{place}": [0.1 * place + noise for noise in (0, 0.01, 0.02, 0.02, 0)] for place in range(1, 10)
    }
    assert sentences(arms)[1] == (
        "8 arms are ruled out, all of them by o9; every p is below 0.001, corrected for 8 comparisons."
    )
    assert sentences(arms, baseline="optimizer=o1")[1:2] == ["Better: o2 (+10.00), o3 (+20.00) and 5 more."]


def test_arms_that_may_be_the_best_are_said_to_be_left():
    arms = {SGD: LOW, MOMENTUM: HIGH, ADAM: HIGH}
    assert sentences(arms)[0] == (
        "95 % sure over 5 seeds on this test set of 100 images: an arm is out where another one is shown to be ahead "
        "of it (one-sided paired t-tests, each at 0.05 / 2)."
    )
    assert sentences(dict.fromkeys(arms, HIGH))[0].startswith("No arm is shown to be ahead of another over 5 seeds")
    assert "momentum and adam will do: no other arm left is more than 3 points ahead (95 % sure)." in sentences(
        arms, margin=3.0
    )


def test_twenty_arms_are_told_in_at_most_five_sentences():
    arms = {f"optimizer=o{i}": [0.1 * (i % 7) + x / 100 for x in (10, 12, 11, 9, 10)] for i in range(20)}
    for more in ({}, {"baseline": "optimizer=o3"}, {"plan": PLAN}):
        found = compare_study(write_study(arms, **more))
        assert 1 + len(found.conclusion) <= 5
        assert max(map(len, found.conclusion)) < 500


PLANNED = [
    ([0.60, 0.61, 0.62, 0.60, 0.61], {},
     "adam is better than sgd by 10.40 points of test accuracy, decided after 5 of at most 20 seeds: p < 0.001 "
     "(corrected for 4 looks), interval over all looks +8.05 to +12.75, on this test set of 100 images."),
    ([0.50, 0.52, 0.51, 0.49, 0.51], {"margin": 3.0},
     "adam is within 3 points of sgd, decided after 5 of at most 20 seeds: p = 0.013, two one-sided tests, corrected; "
     "+0.20 points, on this test set of 100 images."),
    ([0.51, 0.54, 0.50, 0.53, 0.50], {},
     "Not decided after 5 seeds: adam +1.20 points of test accuracy to sgd, interval over all looks -3.33 to +5.73: a "
     "difference beyond these ends is excluded, none is shown."),
]  # fmt: skip


@pytest.mark.parametrize(("adam", "more", "sentence"), PLANNED)
def test_study_with_a_plan_says_when_it_was_decided(adam, more, sentence):
    assert sentences({SGD: LOW, ADAM: adam}, plan=PLAN, **more)[0] == sentence


def test_hopeless_arm_is_said_to_have_been_stopped():
    same = [0.50, 0.52, 0.51, 0.49] * 4
    (verdict, *_) = sentences({SGD: same, ADAM: [*same[1:], same[0]]}, plan=PLAN)
    assert verdict.startswith("Stopped after 12 of 20 seeds: adam ")
    assert verdict.endswith("not even the largest difference these seeds allow would be shown by 20.")


ALONE = [
    ([0.9, 0.88], "89.00 +11.00 -12.71 % test accuracy over 2 seeds on this test set of 100 images."),
    ([0.9], "90.00 % test accuracy from one seed on this test set of 100 images."),
]


@pytest.mark.parametrize(("outcomes", "sentence"), ALONE)
def test_only_arm_has_its_accuracy_told(outcomes, sentence):
    assert sentences({"": outcomes}) == [sentence]


def test_every_setting_in_which_the_arms_differ_is_named_with_few_values():
    more = {SGD: {"batch_size": 1, "epochs": 5}, ADAM: {"batch_size": 64, "epochs": 12}}
    assert sentences({SGD: [0.9, 0.8], ADAM: [0.9, 0.7]}, more=more)[-1] == (
        "The arms differ in optimizer, epochs (5, 12) and batch_size (1, 64)."
    )


def test_long_values_are_left_out():
    more = {SGD: {"augmentation": {"steps": "none"}}, ADAM: {"augmentation": {"steps": "flip, " * 10}}}
    assert sentences({SGD: [0.9, 0.8], ADAM: [0.9, 0.7]}, more=more)[-1] == (
        "The arms differ in optimizer and augmentation.steps."
    )


def part(name, **typed):
    """Return an optimizer as its preset has it, but for what is typed."""
    preset = yaml.safe_load((CONF / "optimizer" / f"{name}.yaml").read_text(encoding="utf-8"))
    return {"optimizer": preset | typed}


DIFFERENCES = [
    (part("sgd"), part("adam"), "optimizer (sgd, adam) and optimizer.lr (0.1, 0.001)"),
    (part("adam"), part("adamw"), "optimizer (adam, adamw)"),
    (part("sgd", lr=0.01), part("momentum", weight_decay=0.1),
     "optimizer (sgd, momentum) and optimizer.weight_decay (0, 0.1)"),
    (part("adam"), part("adam", betas=[0.5, 0.9]), "optimizer.betas ([0.9, 0.999], [0.5, 0.9])"),
    ({"optimizer": {"name": "mine", "depth": 3}}, part("sgd", lr=1),
     "optimizer (mine, sgd), optimizer.depth (3, none) and optimizer.lr (none, 1)"),
    ({"transfer": {"name": "finetune", "backbone_lr": 0.1, "trainable_layers": "all"}},
     {"transfer": {"name": "scratch"}},
     "transfer (finetune, scratch) and transfer.backbone_lr (0.1, none)"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "told"), DIFFERENCES)
def test_options_that_come_with_a_part_are_left_out_but_for_rates_and_what_was_typed(one, other, told):
    arms = {"slow": [0.9, 0.8], "fast": [0.9, 0.7]}
    own = {name: {"optimizer": {"name": "sgd"}} | settings for name, settings in zip(arms, (one, other))}
    assert sentences(arms, more=own)[-1] == f"The arms differ in {told}."
