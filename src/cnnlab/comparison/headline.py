"""The headline: the answer in one sentence of at most 15 words, without statistics."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlab.base.texts import quantity
from cnnlab.comparison.arms import Arm
from cnnlab.comparison.best_set import BestSet
from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, any_of, listed, points
from cnnlab.comparison.verdicts import BETTER, EQUAL, NOT_SHOWN, OPEN, STOPPED, WORSE, Result

MOST_WORDS = 15


def headline(answer: Answer, question: Question, names: Names) -> str:
    """Return the answer to the study's question."""
    if (missing := _without_answer(answer, question, names)) is not None:
        return missing
    if answer.best is not None:
        return _of_best(answer.best, names)
    if len(answer.results) == 2:
        return _of_two(answer, question, names)
    return _of_groups(answer, question, names)


def _without_answer(answer: Answer, question: Question, names: Names) -> str | None:
    """Say what is missing; None where something can be said."""
    results, reference = answer.results, answer.reference
    if not any(result.arm.finished for result in results):
        return "No verdict: no arm has a finished run."
    if len(results) == 1:
        return "One arm: there is nothing to compare it with."
    if any(result.p is not None for result in results):
        return None
    if question.plan is not None and not answer.is_over:
        return f"Not decided yet: the first look is at {question.plan.looks[0]} seeds."
    if question.baseline is not None and reference.test is None:
        return f"No verdict: the baseline {names[reference.label]} has no finished run. Another one: --baseline ARM."
    return _without_pairs([result.arm for result in results], question.repeats.noun)


def _without_pairs(arms: Sequence[Arm], noun: str) -> str:
    with_runs = [arm for arm in arms if arm.finished]
    if len(with_runs) == 1:
        return "No verdict: only one arm has a finished run."
    if max(len(arm.finished) for arm in with_runs) == 1:
        return f"No verdict from one {noun}: what differs may be chance."
    return f"No verdict: the arms have fewer than two finished {noun}s in common."


def _of_best(found: BestSet, names: Names) -> str:
    alive, out = [names[label] for label in found.alive], [names[label] for label in found.ruled_out]
    if len(alive) == 1:
        return f"{alive[0]} is the best of {1 + len(out)}."
    verb = "is" if len(out) == 1 else "are"
    are_out = f"{listed(out)} {verb} ruled out" if out else ""
    if set(found.will_do) == set(found.alive):
        return _shortest(
            f"{any_of(alive)}: either will do{f'; {are_out}' if out else ''}.",
            f"Any of {len(alive)} arms will do; {len(out)} {verb} ruled out.",
        )
    if not out:
        return f"No winner yet: any of the {len(alive)} may be the best."
    return _shortest(
        f"The best is {any_of(alive)}; {are_out}.",
        f"The best is {any_of(alive)}; {quantity(len(out), 'arm')} {verb} ruled out.",
        f"The best is one of {len(alive)} arms; {len(out)} {verb} ruled out.",
    )


def _of_two(answer: Answer, question: Question, names: Names) -> str:
    (other,) = (result for result in answer.results if result is not answer.reference)
    name, baseline = names[other.label], names[answer.reference.label]
    said = {
        BETTER: f"{name} is better than {baseline}.",
        WORSE: f"{baseline} is better than {name}.",
        EQUAL: f"{name} and {baseline} are equal within {points(question.margin or 0.0)}.",
        OPEN: f"Not decided yet: {name} against {baseline}.",
    }
    return said.get(other.verdict, f"No difference between {name} and {baseline} is shown.")


def _of_groups(answer: Answer, question: Question, names: Names) -> str:
    baseline = names[answer.reference.label]
    groups = {verdict: _with(answer.results, verdict) for verdict in (BETTER, WORSE, EQUAL)}
    if not any(groups.values()):
        is_open = bool(_with(answer.results, OPEN))
        return f"Not decided yet: no arm differs from {baseline} so far." if is_open else _none_shown(baseline)
    within = f"equal within {points(question.margin or 0.0)}"
    words = {BETTER: f"better than {baseline}", WORSE: f"worse than {baseline}", EQUAL: within}
    num_open = len(_with(answer.results, NOT_SHOWN, STOPPED, OPEN))
    rest = f"; {num_open} not shown" if num_open else ""
    named = [_clause([names[r.label] for r in found], words[v]) for v, found in groups.items() if found]
    counted = [f"{len(found)} {words[v]}" for v, found in groups.items() if found]
    short = f"Of {len(answer.results)} arms {'; '.join(counted)}."
    return _shortest(f"{'; '.join(named)}{rest}.", f"{'; '.join(named)}.", short)


def _none_shown(baseline: str) -> str:
    return f"No arm is shown to differ from {baseline}."


def _with(results: Sequence[Result], *verdicts: str) -> list[Result]:
    return [result for result in results if result.verdict in verdicts]


def _clause(names: Sequence[str], what: str) -> str:
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} {what}"


def _shortest(*sentences: str) -> str:
    """Return the first sentence that is short enough, else the last."""
    fitting = (sentence for sentence in sentences if len(sentence.split()) <= MOST_WORDS)
    return next(fitting, sentences[-1])
