"""Training from a program: each call carries out the command line that its words are, and answers with what it made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cnnlab.api.guest import as_guest
from cnnlab.api.run import Run
from cnnlab.api.study import Study, opened_study
from cnnlab.api.words import Word, words_of
from cnnlab.base.errors import ConfigError, RunError
from cnnlab.base.stopping import Stop
from cnnlab.cli.arguments import SWEEP, Arguments, tuned_command
from cnnlab.cli.carrying_out import understood
from cnnlab.cli.commands import TUNE, Command
from cnnlab.cli.dispatching import in_place, named_command
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import read_status

if TYPE_CHECKING:
    from cnnlab.cli.jobs import TrainJob
    from cnnlab.runs.outcome import Outcome

_FLAGS = ("-cd", "--config-dir", "-cn", "--config-name", "-cp", "--config-path")
"""Those of a command that a call takes: the others print something, or ask for something else."""


def train(command: str, words: Sequence[Word], keys: Mapping[str, object], *, verbose: bool | None) -> Run:
    """Train one run to its end, or find it finished.

    Args:
        command: train or transfer.
        words: as of `words_of`.
        keys: likewise.
        verbose: as of `as_guest`.

    Raises:
        ConfigError: what is asked for is wrong.
        RunError: the run failed or diverged.
        KeyboardInterrupt: the user stopped it.
    """
    typed = [command, *words_of(words, keys)]
    _check(typed, command, instead="Call cnnlab.sweep.")

    def work(stop: Stop) -> Run:
        with in_place(typed):
            command, rest = named_command(typed)
            job, outcomes = _carried_out(understood(command, rest), command, stop)
            for outcome in outcomes:
                _raise_failure(outcome, job)
            return Run(_folder(job), plugins=_plugins(job))

    return as_guest(work, verbose=verbose)


def sweep(words: Sequence[Word], keys: Mapping[str, object], *, verbose: bool | None) -> Study:
    """Train the runs of a sweep that are not there yet, and compare its arms.

    Args:
        words: as of `words_of`, the command first unless it is train.
        keys: likewise.
        verbose: as of `as_guest`.

    Raises:
        ConfigError: what is asked for is wrong.
        RunError: runs failed; those that did not are kept, and compared.
        KeyboardInterrupt: the user stopped it.
    """
    typed = words_of(words, keys, sweeps=True)
    _check(typed, "sweep", instead="It is one by itself.")
    return as_guest(lambda stop: _swept(named_command(["-m", *typed]), typed, stop), verbose=verbose)


def tune(words: Sequence[Word], keys: Mapping[str, object], *, verbose: bool | None) -> Study:
    """Search for the best settings, and test them over fresh seeds; the arguments are those of `sweep`.

    Raises:
        ConfigError: what is asked for is wrong, or Optuna is not installed.
        RunError: runs failed.
        KeyboardInterrupt: the user stopped it.
    """
    typed = words_of(words, keys, sweeps=True)
    _check(typed, TUNE, instead="It is a sweep by itself.")
    if finding := [word for word in typed if word.startswith("find=")]:
        raise ConfigError(f"tune: makes no study of {finding[0]}. Type it: cnnlab tune {finding[0]}")

    def work(stop: Stop) -> Study:
        named_command([TUNE, *typed])
        return _swept(tuned_command(typed), typed, stop, is_tuning=True)

    return as_guest(work, verbose=verbose)


def _swept(named: tuple[Command, list[str]], typed: Sequence[str], stop: Stop, *, is_tuning: bool = False) -> Study:
    command, rest = named
    if command.config is None:
        raise ConfigError(f"sweep: takes train or transfer, got {command.name}. Leave it out.")
    with in_place(typed):
        job, _ = _carried_out(understood(command, rest, is_tuning=is_tuning), command, stop)
        assert job.study is not None  # else something was raised
        return opened_study(job.study.path.absolute())


def _carried_out(arguments: Arguments, command: Command, stop: Stop) -> tuple[TrainJob, list[Outcome]]:
    from cnnlab.cli.composition import carried_out  # a quarter of a second; what is wrong so far is said before

    job = command.load()(stop)
    assert callable(job)
    return job, carried_out(arguments, job)  # type: ignore[return-value] # the job of both commands is a TrainJob


def _check(typed: Sequence[str], name: str, *, instead: str) -> None:
    """Refuse words that print something, or make a call another one.

    Raises:
        ConfigError: with a line for each.
    """
    if problems := list(_problems(typed, name, instead)):
        raise ConfigError(*problems)


def _problems(typed: Sequence[str], name: str, instead: str) -> Iterator[str]:
    for word in typed:
        flag, _, value = word.partition("=")
        if word in SWEEP:
            yield f"{name}: takes no {word}. {instead}"
        elif word.startswith("-") and flag not in _FLAGS:
            yield f"{name}: {word} prints something, and a call answers with what it made. Type: cnnlab {name} {word}"
        elif flag == "plan" and value.lower() == "true":
            yield f"{name}: plan=true makes nothing to answer with. Leave it out, or type it behind cnnlab."


def _folder(job: TrainJob) -> RunFolder:
    """Return the folder of the run that was carried out, which holds wherever the program works later."""
    from cnnlab.config.identity import identify
    from cnnlab.config.load import load

    return RunFolder(runs_dir().absolute() / identify(load(job.composed), job.library.hashes).run_id)


def _raise_failure(outcome: Outcome, job: TrainJob) -> None:
    """Raise what a command would end with.

    Raises:
        ConfigError: where its exit code is 2.
        RunError: where it is 1.
    """
    if outcome.code == 2:
        raise ConfigError(*outcome.reason.splitlines())
    if outcome.code != 0:
        raise RunError(outcome.traceback or outcome.reason or _said(_folder(job)))


def _said(folder: RunFolder) -> str:
    """Return how a run has ended that has no result."""
    status = read_status(folder)
    return f"{folder.run_id}: {status.get('status')}: {status.get('error')}. See: cnnlab.load('{folder.run_id}')"


def _plugins(job: TrainJob) -> str | None:
    paths = job.composed.get("plugins")
    return ",".join(map(str, paths)) if paths else None
