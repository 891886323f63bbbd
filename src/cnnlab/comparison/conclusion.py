"""The figures below the headline: at most four sentences that a referee would accept; the rest is in the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.base.texts import first_names
from cnnlab.comparison.arms import Arm
from cnnlab.comparison.best_set import BestSet
from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, capitalised, interval, is_wide, listed, p_text, plus_minus, points
from cnnlab.comparison.presets import preset
from cnnlab.comparison.statistics import ALPHA, seeds_needed
from cnnlab.comparison.verdicts import BETTER, EQUAL, MAY_BE_BEST, NOT_SHOWN, OPEN, RULED_OUT, STOPPED, WORSE, Result
from cnnlab.outputs.settings import differing, parts_of
from cnnlab.outputs.study_folder import SeedPlan

MANY_VALUES, LONG_VALUE = 4, 40
"""A setting with more values than this, or with one of more characters, is named without them."""
MANY_ARMS = 6
"""More arms of one kind than this are counted: the table names them."""
FEW_ARMS = 2
"""As many of each kind are named where all are too many."""
RATES = ("optimizer.lr", "transfer.backbone_lr")
"""Always named where they differ: no comparison can be read without them."""


def conclude(answer: Answer, question: Question, names: Names) -> list[str]:
    """Return what was measured of the arms that decide, what became of the others, and in what the arms differ."""
    results = answer.results
    said: list[str] = []
    if len(results) == 1 and results[0].test is not None:
        counted = question.repeats.counted(results[0].test.n)
        over = f"over {counted}" if results[0].test.n > 1 else f"from {counted}"
        said = [f"{plus_minus(results[0].test)} % test accuracy {over} {_on_test(answer, question)}."]
    elif any(result.p is not None for result in results):
        said = _of_best(answer, question, names) if answer.best is not None else _of_baseline(answer, question, names)
    return [*said, *_differences([result.arm for result in results])]


def _on_test(answer: Answer, question: Question) -> str:
    num_test = next((result.arm.num_test for result in answer.results if result.arm.finished), None)
    if question.repeats.folds is not None:
        return f"on {num_test:,} test images in all" if num_test else "on all test images"
    return "on this test set" + (f" of {num_test:,} images" if num_test else "")


def _of_best(answer: Answer, question: Question, names: Names) -> list[str]:
    found, num_arms = answer.best, len(answer.results)
    assert found is not None
    n, plan = found.seeds, question.plan
    over = f"over {question.repeats.counted(n)}" if plan is None else _after(n, plan)
    over = f"{over} {_on_test(answer, question)}"
    tests = f"one-sided {question.repeats.test}s, each at {ALPHA:g} / {num_arms - 1}"
    if len(found.alive) == 1:
        ahead = f"at least {100 * (answer.lead or 0.0):.2f} points of test accuracy ahead of every other arm"
        first = f"95 % sure {over}: {ahead} ({tests})."
    elif found.ruled_out:
        first = f"95 % sure {over}: an arm is out where another one is shown to be ahead of it ({tests})."
    else:
        first = f"No arm is shown to be ahead of another {over} ({tests})."
    others = [*_ruled_out(answer, names), *_apart(answer, names)]
    return [first, *_will_do(found, question, names), *([f"{capitalised('; '.join(others))}."] if others else [])]


def _after(seeds: int, plan: SeedPlan) -> str:
    return f"after {seeds} of at most {plan.looks[-1]} seeds"


def _will_do(found: BestSet, question: Question, names: Names) -> list[str]:
    if question.margin is None or not found.will_do:
        return []
    those = [names[label] for label in found.will_do]
    do = listed(those) if len(those) <= MANY_ARMS else first_names(those, most=FEW_ARMS)
    return [f"{do} will do: no other arm left is more than {points(question.margin)} ahead (95 % sure)."]


def _ruled_out(answer: Answer, names: Names) -> list[str]:
    """Say by whom arms were ruled out; those of one arm are said together, and many are counted."""
    groups: dict[str, list[str]] = {}
    p_values = []
    for result in answer.results:
        if result.verdict == RULED_OUT and result.ruled_out_by is not None and result.p_holm is not None:
            groups.setdefault(result.ruled_out_by, []).append(f"{names[result.label]} ({p_text(result.p_holm)})")
            p_values.append(result.p_holm)
    comparisons = f"corrected for {len(answer.results) - 1} comparisons"
    if len(p_values) > MANY_ARMS:
        by, out = max(groups.items(), key=lambda group: len(group[1]))
        most = "all" if len(groups) == 1 else str(len(out))
        largest = p_text(max(p_values)).replace("p =", "the largest p is").replace("p <", "every p is below")
        return [f"{len(p_values)} arms are ruled out, {most} of them by {names[by]}; {largest}, {comparisons}"]
    told = [f"by {names[by]}: {first_names(out)}" for by, out in groups.items()]
    return [f"ruled out {'; '.join(told)}; p is {comparisons}"] if told else []


def _apart(answer: Answer, names: Names) -> list[str]:
    """Name the arms that take no part, since runs of theirs have no result."""
    told = [
        f"{names[result.label]} ({result.verdict})"
        for result in answer.results
        if result.verdict not in (RULED_OUT, MAY_BE_BEST, OPEN) and result.p is None and result.arm.runs
    ]
    return [f"not compared: {first_names(told)}"] if told and any(r.p is not None for r in answer.results) else []


def _of_baseline(answer: Answer, question: Question, names: Names) -> list[str]:
    """Say the figures of the arm that the headline is about, then group the others by their verdicts."""
    tested = [result for result in answer.results if result.p_holm is not None]
    main = min(tested, key=_by_weight)
    sentence = _figures(main, answer, question, names)
    more = _needed(main, len(tested), answer) if question.repeats.folds is None else ""
    rest = [result for result in answer.results if result not in (main, answer.reference)]
    return [f"{sentence}{more}", *_groups(rest, names)]


def _by_weight(result: Result) -> tuple[int, float, float]:
    """Order arms by how much there is to say of them: Holm's p values are often equal, then the difference tells."""
    assert result.difference is not None
    assert result.p_holm is not None
    return _WEIGHT.get(result.verdict, 9), result.p_holm, -abs(result.difference.mean)


_WEIGHT = {BETTER: 0, WORSE: 1, EQUAL: 2, NOT_SHOWN: 3, OPEN: 3, STOPPED: 4}


def _figures(result: Result, answer: Answer, question: Question, names: Names) -> str:
    """Return the sentence of one arm against the baseline."""
    difference, name, baseline = result.difference, names[result.label], names[answer.reference.label]
    assert difference is not None
    assert result.p_holm is not None
    amount = f"{100 * abs(difference.mean):.2f} points of test accuracy"
    over = _on_test(answer, question)
    if result.verdict in (BETTER, WORSE):
        how = _how(result, question, len(answer.results) - 1)
        return f"{name} is {result.verdict} than {baseline} by {amount}{_decided(result, question)}: {how} {over}."
    if result.verdict == EQUAL:
        tests = f"{p_text(result.p_holm)}, two one-sided tests, corrected; {100 * difference.mean:+.2f} points"
        within = points(question.margin or 0.0)
        return f"{name} is within {within} of {baseline}{_decided(result, question)}: {tests}, {over}."
    signed = f"{name} {100 * difference.mean:+.2f} points of test accuracy to {baseline}"
    if question.plan is None:
        return f"Not shown: {signed}, {_how(result, question, len(answer.results) - 1)} {over}."
    ends = interval(difference)
    if result.verdict == STOPPED:
        most = question.plan.looks[-1]
        why = f"not even the largest difference these seeds allow would be shown by {most}"
        return f"Stopped after {difference.n} of {most} seeds: {signed}; {why}."
    verdict = "a difference beyond these ends is excluded, none is shown"
    return f"Not decided after {difference.n} seeds: {signed}, interval over all looks {ends}: {verdict}."


def _how(result: Result, question: Question, num_others: int) -> str:
    """Return p, the test it is of, and the interval."""
    assert result.difference is not None
    assert result.p_holm is not None
    difference, arms = result.difference, f"{num_others} arms" if num_others > 1 else ""
    if question.plan is not None:
        looks = f"{len(question.plan.looks)} looks" if len(question.plan.looks) > 1 else ""
        corrected = f"corrected for {listed([text for text in (arms, looks) if text])}" if arms or looks else "t-test"
        return f"{p_text(result.p_holm)} ({corrected}), interval over all looks {interval(difference)},"
    holm = f", Holm for {arms}" if arms else ""
    test = f"{p_text(result.p_holm)} ({question.repeats.test} over {question.repeats.counted(difference.n)}{holm})"
    if is_wide(difference):
        return f"{test}; runs from {100 * difference.lowest:+.1f} to {100 * difference.highest:+.1f},"
    return f"{test}; 95 % interval of this arm alone {interval(difference)},"


def _decided(result: Result, question: Question) -> str:
    if question.plan is None or result.decided_at is None:
        return ""
    return f", decided {_after(result.decided_at, question.plan)}"


def _needed(result: Result, num_tested: int, answer: Answer) -> str:
    """Say how many seeds a new study would take, where a fixed one has shown nothing."""
    num_test = next((run.num_test for one in answer.results for run in one.arm.finished), None)
    if result.verdict != NOT_SHOWN or result.difference is None:
        return ""
    needed = seeds_needed(result.difference, level=ALPHA / num_tested, floor=1 / num_test if num_test else 1e-9)
    if needed is None or needed <= result.difference.n:
        return ""
    return f" A new study of {needed:,} seeds an arm would show a difference of this size four times in five."


def _groups(rest: Sequence[Result], names: Names) -> list[str]:
    """Name arms by their verdicts, in one sentence."""
    groups: dict[str, list[str]] = {}
    for result in rest:
        shown = (
            f" ({100 * result.difference.mean:+.2f})" if result.difference is not None and result.p is not None else ""
        )
        groups.setdefault(result.verdict, []).append(f"{names[result.label]}{shown}")
    order = [verdict for verdict in _WEIGHT if verdict in groups]
    said = [*order, *(verdict for verdict in groups if verdict not in order)]
    most = MANY_ARMS if len(rest) <= MANY_ARMS else FEW_ARMS
    told = [f"{verdict}: {first_names(groups[verdict], most=most)}" for verdict in said]
    return [f"{capitalised('; '.join(told))}."] if told else []


def _differences(arms: Sequence[Arm]) -> list[str]:
    """Name the settings in which the arms differ, with their values where they are few and the names do not say them.

    What merely comes with the choice of a part is left out, such as Adam's betas beside SGD, but for the learning rate.
    """
    own = [arm.settings for arm in arms if arm.settings]
    keys = differing(own)
    in_names = {part.partition("=")[0] for arm in arms for part in parts_of(arm.name) if "=" in part}
    told = []
    for key in keys:
        part, _, option = key.partition(".")
        if option and part in keys and key not in RATES and _comes_with(part, key, own):
            continue
        values = list(dict.fromkeys(settings.get(key, "none") for settings in own))
        is_short = len(values) <= MANY_VALUES and all(len(value) <= LONG_VALUE for value in values)
        told.append(f"{key} ({', '.join(values)})" if is_short and key not in in_names else key)
    return [f"The arms differ in {listed(told)}."] if told else []


def _comes_with(part: str, key: str, arms: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether an option is in every arm what choosing the part alone makes it, or is not there at all."""
    values = {(own.get(part, ""), own[key]) for own in arms if key in own}
    return all(value == preset(part, name).get(key) for name, value in values)
