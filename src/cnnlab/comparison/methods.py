"""The methods line: how differences were tested, as a paper says it."""

from __future__ import annotations

from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, listed
from cnnlab.comparison.looks import shares

_SEEDS = "Runs of one seed share initial weights where modules agree, data order and augmentation, so they are paired."


def methods(answer: Answer, question: Question, names: Names) -> str:
    """Return the sentences that a paper's section on methods would hold."""
    if len(answer.results) < 2:
        return "Mean over seeds with its 95 % t-interval (Student 1908)."
    ranked = "Arms are ranked by validation; verdicts are on test."
    return f"{_tests(answer, question, names)} {_SEEDS} {ranked}"


def _tests(answer: Answer, question: Question, names: Names) -> str:
    level = len(answer.results) - 1
    looks = _looks(question)
    if answer.best is not None:
        return (
            f"Which arm is the best was tested by one-sided paired t-tests of every two arms{looks}, each at 0.05 / "
            f"{level}: what is not ruled out holds the best arm with 95 % (Gupta 1965; Hsu 1996)."
        )
    baseline = names[answer.reference.label]
    return (
        f"Differences to {baseline} were tested by paired t-tests over seeds (Student 1908){looks}, corrected over "
        "arms by Holm (1979), which bounds the family-wise error by 5 %."
    )


def _looks(question: Question) -> str:
    if question.plan is None or len(question.plan.looks) < 2:
        return ""
    looks = question.plan.looks
    parts = ", ".join(f"1/{round(1 / share)}" for share in shares(len(looks)))
    at = listed([str(look) for look in looks])
    return f" at {at} seeds, where p was divided by the look's share of alpha ({parts}; weighted Bonferroni)"
