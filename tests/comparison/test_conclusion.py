"""The verdict in sentences."""

import pytest
import yaml

from cnnlab.comparison import compare_study
from tests.comparison.study_maker import write_study
from tests.conftest import CONF

SGD, ADAM, MOMENTUM = "optimizer=sgd", "optimizer=adam", "optimizer=momentum"


def sentences(arms, **more):
    return list(compare_study(write_study(arms, **more)).conclusion)


def test_best_arm_that_is_better_is_named_with_its_interval():
    assert sentences({SGD: [0.70, 0.80, 0.90], ADAM: [0.75, 0.84, 0.94]}) == [
        "adam, the better one by validation, is better than sgd by 4.33 points of test accuracy: 95 % interval +2.90 "
        "to +5.77, p = 0.0059, over 3 seeds on this test set of 100 images.",
        "The arms differ in optimizer.",
    ]


def test_difference_that_was_not_shown_says_how_many_seeds_it_would_take():
    (verdict, *_) = sentences({SGD: [0.70, 0.80, 0.90], ADAM: [0.72, 0.79, 0.93]})
    assert verdict == (
        "No difference shown between adam, the better one by validation, and sgd: +1.33 points of test accuracy, 95 % "
        "interval -3.84 to +6.50, p = 0.38, over 3 seeds on this test set of 100 images. If the true difference is "
        "the observed one, 22 seeds would show it four times in five."
    )


REASONS = [
    ([0.8, 0.7, 0.6], [0.9, 0.8, 0.7], "All seeds differ by the same amount: without spread there is nothing to test."),
    ([0.9, 0.8, 0.7], [0.91, 0.8, 0.7], "That is less than one test image."),
]


@pytest.mark.parametrize(("sgd", "adam", "reason"), REASONS)
def test_why_a_difference_cannot_be_shown_is_said(sgd, adam, reason):
    (verdict, *_) = sentences({SGD: sgd, ADAM: adam})
    assert verdict.startswith("No difference shown between adam")
    assert verdict.endswith(f"on this test set of 100 images. {reason}")


def test_difference_that_only_the_correction_takes_back_says_so():
    arms = {SGD: [0.70, 0.80, 0.90], ADAM: [0.74, 0.82, 0.94]} | {
        f"optimizer=o{i}": [0.70, 0.81, 0.89] for i in range(4)
    }
    (verdict, *_) = sentences(arms)
    assert verdict.endswith(
        "95 % interval +0.46 to +6.20, p = 0.19 (Holm-corrected), over 3 seeds on this test set of 100 images. "
        "Compared alone it would have been shown; of 5 comparisons one may look so by chance."
    )


def test_other_arms_are_grouped_by_their_verdicts():
    arms = {SGD: [0.70, 0.80, 0.90], MOMENTUM: [0.60, 0.71, 0.79], ADAM: [0.75, 0.84, 0.94]}
    assert sentences(arms | {"optimizer=adamw": [0.71, 0.79, 0.91], "optimizer=nadam": [0.1, "diverged", 0.1]}) == [
        "adam, the best of 5 arms by validation, is better than sgd by 4.33 points of test accuracy: 95 % interval "
        "+2.90 to +5.77, p = 0.012 (Holm-corrected), over 3 seeds on this test set of 100 images.",
        "Worse: momentum (-10.00 ± 2.48).",
        "No difference shown, corrected for 3 arms: adamw (+0.33 ± 2.87).",
        "Diverged in 1 of 3: nadam.",
        "The arms differ in optimizer.",
    ]


def test_arm_with_one_seed_beside_others_is_said_to_have_no_verdict():
    arms = {SGD: [0.7, 0.8], ADAM: [0.7, 0.9], MOMENTUM: [0.7], "optimizer=nadam": ["failed"]}
    assert "One seed, hence no verdict: momentum." in sentences(arms)


def test_baseline_that_leads_is_said_to_lead():
    arms = {SGD: [0.75, 0.84, 0.94], ADAM: [0.70, 0.80, 0.90]}
    assert sentences(arms)[:2] == [
        "The baseline sgd is the best of 2 arms by validation; no arm is shown to be better than it on this test set "
        "of 100 images.",
        "Worse: adam (-4.33 ± 1.43).",
    ]


def test_validation_chooses_and_test_may_contradict():
    arms = {SGD: [0.75, 0.84, 0.94], ADAM: [0.70, 0.80, 0.90]}
    (verdict, *_) = sentences(arms, more={ADAM: {"val": 0.99}})
    assert verdict.startswith("adam, the better one by validation, is worse than sgd by 4.33 points")


def test_arm_better_on_test_is_named_where_the_baseline_leads_on_validation():
    arms = {SGD: [0.70, 0.80, 0.90], ADAM: [0.75, 0.84, 0.94]}
    (verdict, *_) = sentences(arms, more={SGD: {"val": 0.99}})
    assert verdict.endswith("by validation; adam is better than it on this test set of 100 images.")


def test_without_validation_the_sentence_is_about_all_arms():
    arms = {SGD: [0.70, 0.80, 0.90], ADAM: [0.75, 0.84, 0.94]}
    (verdict, *_) = sentences(arms, more={name: {"val": False} for name in arms})
    assert verdict == "Validation chooses no arm; adam is better than the baseline sgd on this test set of 100 images."


ALONE = "One arm, nothing to compare it with:"
SINGLE = [
    ({SGD: [0.9], ADAM: [0.8]}, "No verdict from one seed: what differs on this test set of 100 images may be chance."),
    ({"": [0.9, 0.8]}, f"{ALONE} 85.00 ± 63.53 % test accuracy over 2 seeds on this test set of 100 images."),
    ({"": [0.9]}, f"{ALONE} 90.00 % test accuracy from one seed on this test set of 100 images."),
    ({SGD: ["failed"], ADAM: [0.8]}, "No verdict: the baseline sgd has no finished run. Another one: --baseline ARM."),
    ({SGD: [0.9, 0.8], ADAM: ["failed"]}, "No verdict: beside the baseline sgd no arm has a finished run."),
    (
        {SGD: [0.9, "failed"], ADAM: ["failed", 0.9]},
        "No verdict: no arm has finished a seed that the baseline sgd has finished.",
    ),
    (
        {SGD: [0.9, "failed"], ADAM: [0.8, 0.9]},
        "No verdict from one seed in common with the baseline sgd: what differs on this test set of 100 images may be "
        "chance.",
    ),
    ({SGD: ["failed"], ADAM: ["waiting"]}, "No verdict: no arm has a finished run."),
    ({"": ["failed"]}, "No result: the only arm has no finished run."),
]


@pytest.mark.parametrize(("arms", "verdict"), SINGLE)
def test_where_nothing_can_be_compared_the_first_sentence_says_why(arms, verdict):
    assert sentences(arms)[0] == verdict


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
