"""The methods line: how differences were tested, as a paper says it."""

from __future__ import annotations

from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.labels import Names, listed
from cnnlab.comparison.looks import shares


def methods(answer: Answer, question: Question, names: Names) -> str:
    """Return the sentences that a paper's section on methods would hold."""
    if len(answer.results) < 2:
        return _alone(question)
    repeats, ranked = question.repeats, "Arms are ranked by validation; verdicts are on test."
    return f"{_tests(answer, question, names)} {repeats.pairing} {repeats.covers} {ranked}"


def _alone(question: Question) -> str:
    repeats = question.repeats
    source = "t-interval (Student 1908)" if repeats.folds is None else "interval (Nadeau and Bengio 2003)"
    return f"Mean over {repeats.noun}s with its 95 % {source}."


def _tests(answer: Answer, question: Question, names: Names) -> str:
    level, test = len(answer.results) - 1, f"{question.repeats.test}s"
    looks = _looks(question)
    if answer.best is not None:
        return (
            f"Which arm is the best was tested by one-sided {test} of every two arms{looks}, each at 0.05 / "
            f"{level}: what is not ruled out holds the best arm with 95 % (Gupta 1965; Hsu 1996)."
        )
    baseline = names[answer.reference.label]
    over = "over seeds (Student 1908)" if question.repeats.folds is None else "over folds"
    return (
        f"Differences to {baseline} were tested by {test} {over}{looks}, corrected over arms by Holm (1979), which "
        "bounds the family-wise error by 5 %."
    )


def _looks(question: Question) -> str:
    if question.plan is None or len(question.plan.looks) < 2:
        return ""
    looks = question.plan.looks
    parts = ", ".join(f"1/{round(1 / share)}" for share in shares(len(looks)))
    at = listed([str(look) for look in looks])
    return f" at {at} seeds, where p was divided by the look's share of alpha ({parts}; weighted Bonferroni)"
