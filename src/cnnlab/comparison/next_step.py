"""What to type next: the command that answers what this comparison leaves open, or that uses what it found."""

from __future__ import annotations

import shlex

from cnnlab.base.texts import duration
from cnnlab.comparison.cautions import ENOUGH_SEEDS
from cnnlab.comparison.judging import Answer, Question
from cnnlab.comparison.verdicts import BASELINE, BEST, BETTER, NOT_SHOWN, WORSE, Result, best_by_validation
from cnnlab.outputs.finding import called
from cnnlab.outputs.study_folder import Study


def next_step(answer: Answer, question: Question, study: Study) -> str | None:
    """Return a command and, behind it, what it does; None where there is nothing to propose."""
    if question.repeats.folds is not None:
        return _use(answer)  # the number of folds is fixed
    tried = {run.seed for result in answer.results for run in result.arm.runs if run.seed}
    if len(tried) == 1 and study.command and question.plan is None:
        return _more_seeds(answer, tried.pop(), study.command)
    can_add = question.plan is None and "halving=true" not in study.command  # those left are chosen anew with others
    if _is_open(answer) and study.command and can_add and len(answer.results) > 1:
        return f"{_without_seeds(study.command, 'until=decided')}  (a new study: seeds until it is decided)"
    if question.plan is not None and not answer.is_over:
        return f"{study.command}  (goes on with it)" if study.command else None
    return _use(answer)


def _is_open(answer: Answer) -> bool:
    """Tell whether a fixed number of seeds has left something undecided."""
    if answer.best is not None:
        return len(answer.best.alive) > 1 and set(answer.best.alive) != set(answer.best.will_do)
    return any(result.verdict == NOT_SHOWN for result in answer.results)


def _more_seeds(answer: Answer, seed: str, command: str) -> str:
    """Return the command that adds seeds, with its estimated time."""
    seeds = [seed, *(str(new) for new in range(ENOUGH_SEEDS) if str(new) != seed)][:ENOUGH_SEEDS]
    per_run = [result.total_seconds for result in answer.results if result.total_seconds is not None]
    took = sum(per_run) / len(per_run) * len(answer.results) * (ENOUGH_SEEDS - 1) if per_run else None
    about = "" if took is None else f"  (about {duration(took)})"
    return f"{_without_seeds(command, 'seed=' + ','.join(seeds))}{about}"


def _without_seeds(command: str, word: str) -> str:
    return shlex.join([*(old for old in shlex.split(command) if not old.startswith("seed=")), word])


def _use(answer: Answer) -> str | None:
    """Return the command that classifies with the best run of the arm that was found the best."""
    wanted = [result for result in answer.results if result.verdict in (BEST, BETTER)]
    tested = [result for result in answer.results if result.p is not None]
    if answer.best is None and tested and all(result.verdict == WORSE for result in tested):
        wanted = [result for result in answer.results if result.verdict == BASELINE]
    arm = best_by_validation(wanted) if len(wanted) > 1 else next(iter(wanted), None)
    return None if arm is None else _predict(arm)


def _predict(result: Result) -> str | None:
    known = [(-accuracy, run) for run in result.arm.finished if (accuracy := run.accuracy("val")) is not None]
    if not known:
        return None
    _, run = min(known, key=lambda pair: pair[0])
    if run.folder is None:
        return None
    return f"{shlex.join(['cnnlab', 'predict', called(run.folder)])} IMAGE...  (classify with its best run)"
