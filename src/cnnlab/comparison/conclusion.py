"""The verdict of a comparison, in sentences that a referee would accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnlab.comparison.arms import Arm
from cnnlab.comparison.labels import capitalised, interval, listed, p_text, plus_minus, some_of
from cnnlab.comparison.presets import preset
from cnnlab.comparison.statistics import ALPHA
from cnnlab.comparison.verdicts import BETTER, NOT_SHOWN, ONE_SEED, WORSE, Result, is_under_one_image
from cnnlab.outputs.settings import differing

MANY_VALUES, LONG_VALUE = 4, 40
"""A setting with more values than this, or with one of more characters, is named without them."""
RATES = ("optimizer.lr", "transfer.backbone_lr")
"""Always named where they differ: no comparison can be read without them."""


def conclude(
    results: Sequence[Result], *, baseline: Result, best: Result | None, num_test: int | None, names: Mapping[str, str]
) -> list[str]:
    """Return the verdict first, then what is to be said of the other arms, then in what the arms differ.

    Args:
        results: of all arms.
        baseline: the arm that the others are compared with.
        best: the arm that validation chooses.
        num_test: number of test images.
        names: of the arms, as they are to be written.
    """
    sentences = [_main(results, baseline, best, num_test, names)]
    sentences += _others(results, baseline, best, names)
    return [*sentences, *_differences([result.arm for result in results])]


def _main(
    results: Sequence[Result], baseline: Result, best: Result | None, num_test: int | None, names: Mapping[str, str]
) -> str:
    name = names[baseline.label]
    if baseline.test is None:
        return _without_baseline(results, name)
    on_test = "on this test set" + (f" of {num_test:,} images" if num_test else "")
    if len(results) == 1:
        over = f"over {baseline.test.n} seeds" if baseline.test.n > 1 else "from one seed"
        return f"One arm, nothing to compare it with: {plus_minus(baseline.test)} % test accuracy {over} {on_test}."
    if max(result.num_pairs for result in results) < 2:
        return _without_pairs(results, baseline, on_test, names)
    if best is baseline:
        leading = f"The baseline {name} is the best of {len(results)} arms by validation"
        return f"{leading}; {_against_all(results, 'it', on_test, names)}"
    if best is None or best.num_pairs < 2:
        leading = "Validation chooses no arm" if best is None else f"Validation chooses {names[best.label]}"
        return f"{leading}; {_against_all(results, f'the baseline {name}', on_test, names)}"
    return _best_against_baseline(best, results, name, on_test, names, num_test)


def _without_baseline(results: Sequence[Result], baseline: str) -> str:
    """Say why nothing is compared; another baseline is proposed where there is one."""
    if len(results) == 1:
        return "No result: the only arm has no finished run."
    if not any(result.arm.finished for result in results):
        return "No verdict: no arm has a finished run."
    return f"No verdict: the baseline {baseline} has no finished run. Another one: --baseline ARM."


def _without_pairs(results: Sequence[Result], baseline: Result, on_test: str, names: Mapping[str, str]) -> str:
    """Say what is missing where no arm has two seeds in common with the baseline."""
    name, others = names[baseline.label], [result.arm for result in results if result is not baseline]
    if not any(arm.finished for arm in others):
        return f"No verdict: beside the baseline {name} no arm has a finished run."
    if all(result.num_pairs == 0 for result in results):
        return f"No verdict: no arm has finished a seed that the baseline {name} has finished."
    if max(len(arm.finished) for arm in (baseline.arm, *others)) > 1:
        return f"No verdict from one seed in common with the baseline {name}: what differs {on_test} may be chance."
    return f"No verdict from one seed: what differs {on_test} may be chance."


def _best_against_baseline(
    best: Result,
    results: Sequence[Result],
    baseline: str,
    on_test: str,
    names: Mapping[str, str],
    num_test: int | None,
) -> str:
    difference, num_arms = best.difference, len(results)
    assert difference is not None
    chosen = f"the best of {num_arms} arms by validation" if num_arms > 2 else "the better one by validation"
    name, over = names[best.label], f"over {difference.n} seeds {on_test}"
    corrected = "" if best.p_holm is None else f", {p_text(best.p_holm)}{' (Holm-corrected)' if num_arms > 2 else ''}"
    measured = f"95 % interval {interval(difference)}{corrected}, {over}"
    if best.verdict in (BETTER, WORSE):
        points = f"{100 * abs(difference.mean):.2f} points of test accuracy"
        return f"{name}, {chosen}, is {best.verdict} than {baseline} by {points}: {measured}."
    points = f"{100 * difference.mean:+.2f} points of test accuracy"
    why = _why_not_shown(best, num_test, _num_tested(results))
    return f"No difference shown between {name}, {chosen}, and {baseline}: {points}, {measured}.{why}"


def _against_all(results: Sequence[Result], baseline: str, on_test: str, names: Mapping[str, str]) -> str:
    better = [names[result.label] for result in results if result.verdict == BETTER]
    if not better:
        return f"no arm is shown to be better than {baseline} {on_test}."
    return f"{some_of(better)} {'is' if len(better) == 1 else 'are'} better than {baseline} {on_test}."


def _num_tested(results: Sequence[Result]) -> int:
    return sum(result.p is not None for result in results)


def _why_not_shown(result: Result, num_test: int | None, num_tested: int) -> str:
    """Say what keeps a difference from being shown, where it is not the spread alone."""
    assert result.difference is not None
    if not result.difference.has_spread:
        return " All seeds differ by the same amount: without spread there is nothing to test."
    if is_under_one_image(result.difference, num_test):
        return " That is less than one test image."
    if result.p is not None and result.p < ALPHA:
        return f" Compared alone it would have been shown; of {num_tested} comparisons one may look so by chance."
    if result.seeds_needed is None:
        return ""
    return f" If the true difference is the observed one, {result.seeds_needed} seeds would show it four times in five."


def _others(results: Sequence[Result], baseline: Result, best: Result | None, names: Mapping[str, str]) -> list[str]:
    """Group the arms that the first sentence leaves out by their verdicts."""
    has_led = best is not None and best is not baseline and best.num_pairs > 1
    rest = [result for result in results if result is not baseline and not (has_led and result is best)]
    groups: dict[str, list[str]] = {}
    for result in rest:
        known = result.difference is not None and result.verdict in (BETTER, WORSE, NOT_SHOWN)
        shown = f" ({plus_minus(result.difference, signed=True)})" if known else ""
        groups.setdefault(result.verdict, []).append(names[result.label] + shown)
    if set(groups) <= {ONE_SEED}:
        return []
    order = (BETTER, WORSE, NOT_SHOWN)
    num_tested = _num_tested(results)
    titles = {ONE_SEED: "One seed, hence no verdict"}
    if num_tested > 1:
        titles[NOT_SHOWN] = f"No difference shown, corrected for {num_tested} arms"
    said = [verdict for verdict in order if verdict in groups] + [verdict for verdict in groups if verdict not in order]
    return [f"{titles.get(verdict, capitalised(verdict))}: {some_of(groups[verdict])}." for verdict in said]


def _differences(arms: Sequence[Arm]) -> list[str]:
    """Name the settings in which the arms differ, with their values where they are few and the names do not say them.

    What merely comes with the choice of a part is left out, such as Adam's betas beside SGD, but for the learning rate.
    """
    own = [arm.settings for arm in arms if arm.settings]
    keys = differing(own)
    in_names = {word.partition("=")[0] for arm in arms for word in arm.name.split() if "=" in word}
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
    return all(own[key] == preset(part, own.get(part, "")).get(key) for own in arms if key in own)
