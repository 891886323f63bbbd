"""A sweep: asks its design what to run, has it launched, shows how it stands, and compares what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cnnlab.base.errors import ConfigError, Interrupted, RunError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.printing import meanwhile, tell
from cnnlab.base.stopping import Stop
from cnnlab.base.texts import quantity
from cnnlab.outputs.files import runs_dir
from cnnlab.outputs.lock import disk_errors
from cnnlab.outputs.reaching import Goals
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.standing import standing
from cnnlab.outputs.status import FINAL
from cnnlab.outputs.study_folder import GridRow, Study
from cnnlab.outputs.workers import Workers
from cnnlab.sweeps.checked import CheckedPoints, Compose, Job, check_points
from cnnlab.sweeps.choosing import Choice, choose_here
from cnnlab.sweeps.clock import Clock
from cnnlab.sweeps.designs import Conversation, Ended, answer
from cnnlab.sweeps.launching import Launch, Launching, grouped
from cnnlab.sweeps.looked import plan_after_looks, seen_before
from cnnlab.sweeps.naming import baseline_of, decided_name, study_name
from cnnlab.sweeps.pictures import draw
from cnnlab.sweeps.points import Point
from cnnlab.sweeps.run_progress import Watched, val_accuracies, watched
from cnnlab.sweeps.siblings import asked_by, kept_apart, siblings, study_of_runs
from cnnlab.sweeps.telling import begun_lines, going_on, tell_refused, told_later
from cnnlab.sweeps.watch import Watch

_LED_NOWHERE = "no run that leads to it has a result"


class Sweep:
    """The runs that a design asks for, round after round.

    Args:
        conversation: whose design says what to run; asked for its first round at once.
        compose: makes a point's configuration.
        command: as typed; repeated, it does what is missing.
        hashes: of the files that name runs.
        stop: asked before every round.
        question: what a study asks.

    Raises:
        ConfigError: no point of the first round is a valid run, or there is no such baseline.
    """

    def __init__(
        self, conversation: Conversation, compose: Compose, *, command: str, hashes: FileHashes, stop: Stop,
        question: str | None = None,
    ) -> None:  # fmt: skip
        self.command, self.question, self._narrator = command, question, conversation.narrator
        self._wants_curves, self._pending = conversation.wants_curves, conversation.pending
        self._clock, design, plan = Clock(conversation.max_hours), conversation.design, conversation.plan
        self._design, self._compose, self._hashes, self._stop = design, compose, hashes, stop
        self.checked, self._put_off = CheckedPoints(), set[str]()
        self.folders: dict[str, RunFolder] = {}
        self._launching = Launching(self.folders)
        self._round = self._take_up(next(design))
        if not self.checked.jobs:
            raise ConfigError(*(line for problem in self.checked.refused for line in problem.splitlines()))
        tell_refused(self._round)
        self._first = self.checked.jobs[0].config
        points = [point for point, _ in self.checked.points]
        self._asked = conversation.asked or asked_by(points, [job.config for job in self.checked.jobs])
        self._may_end, self._led_to = conversation.may_end, conversation.arms
        self._called = conversation.name or study_name(self._first.study, points)
        self._called = self._called if plan is None else decided_name(self._called)
        self.study = conversation.study or study_of_runs(self._called, self._asked, self.folders)
        self.name = self.study.path.name
        self.baseline = baseline_of(command, self._first.baseline, self._arms)
        known = [*self.folders, *(row.run_id for row in self._pending)]
        self._looked_at, self._seeds_seen = seen_before(siblings(self._called), known)
        self._workers: Workers | None = None
        self.plan = plan and plan_after_looks(
            plan, self.study, run_ids=known, arms=self._arms, margin=self._first.margin
        )
        self._comparison = conversation.reporter(self.study, self._rows)

    @property
    def is_planned(self) -> bool:
        """Whether the runs are only to be shown."""
        return any(job.config.plan for job in self.checked.jobs)

    @property
    def _arms(self) -> list[str]:
        return self.checked.arms if self._led_to is None else list(self._led_to)

    @property
    def _compared(self) -> CheckedPoints:
        return self.checked if self._led_to is None else self.checked.of(self._led_to)

    @property
    def _judged(self) -> list[str]:
        """Ids of runs that arms are compared by, which other runs led to."""
        return [] if self._led_to is None else [job.run_id for job in self._compared.jobs]

    def show_plan(self, *, is_chosen: bool = False) -> None:
        """Say how every run of the first round stands and what the sweep will take; run nothing.

        Args:
            is_chosen: whether the way of carrying them out is to be chosen.

        Raises:
            RunError: some would be refused.
        """
        from cnnlab.sweeps.plan import plan_lines

        runs = {job.point.label: (self.folders[job.run_id], job.config) for job in self.checked.jobs}
        choice = self._choice() if is_chosen else Choice(Workers())
        for line in plan_lines(self.name, runs, more=self._narrator(), choice=choice):
            self._stop.look()
            print(line)
        if num_refused := self.checked.num_refused:
            raise RunError(f"{quantity(num_refused, 'run')} would be refused, see above.")

    def carry_out(self, launch: Launch, *, settle: Callable[[Workers], None] | None = None) -> None:
        """Run what is not finished, round after round, then show how all of them ended.

        Args:
            launch: what the launcher does.
            settle: tells it how it was chosen to go on; None: it needs no telling.

        Raises:
            RunError: runs were refused, failed or diverged; each with its reason.
            Interrupted: the user stopped it; what is done is kept.
        """
        if (why := kept_apart(self._called, self.study, self._asked)) is not None:
            tell(f"note     {why}")
        for note in self._hashes.notes:
            tell(f"note     {note}")
        self._write_grid()
        self._tell_begun(self.checked.jobs)
        if settle is not None:
            self._settle(settle)
        self._comparison.get_ready()
        goals, refresh = Goals.of(self._first.seconds_to, self._first.reported), self._comparison.refresh
        runs, narrator = self._watched(self.checked.jobs), self._narrator
        watch = Watch(self.name, self.study, runs, on_change=refresh, narrator=narrator, goals=goals)
        try:
            with going_on(self.study), watch:
                self._talk(launch, watch)
            self.study.forget_trial()
            self._close()
        except KeyboardInterrupt:
            done = f"{watch.counts()['done']:,} of {quantity(len(self.checked.jobs), 'run')} done"
            print(f"interrupted: {done}. Go on with:\n  {self.command}")
            raise Interrupted from None

    def _choice(self) -> Choice:
        """Choose how the runs that are to do are carried out."""
        meanwhile("looking how they run best")
        jobs = {self.folders[job.run_id]: job.config for job in self.checked.jobs}
        return choose_here(jobs, [self.folders[job.run_id] for job in self._to_do(self.checked.jobs)])

    def _settle(self, settle: Callable[[Workers], None]) -> None:
        """Choose how runs are carried out, say so, and write it down: their bits depend on it.

        Where the last choice was never made, since its trial killed the process, there is none: the run that does that
        has to be begun to be named.
        """
        with disk_errors(self.study.path), self.study.trial() as is_first:
            choice = self._choice() if is_first else Choice(Workers())
        if choice.line is not None:
            print(choice.line)
        self._workers = choice.workers
        self._write_grid()
        settle(choice.workers)

    def _talk(self, launch: Launch, watch: Watch) -> None:
        """Have each round launched, and tell the design what became of it, until it asks for no more."""
        jobs = self._round.jobs
        while True:
            self._stop.look()
            if not self._launch_in_time(self._to_do(jobs), launch):
                print(f"{self._clock.said()}; the same command goes on where it stopped")
                return
            self._stop.look()
            self._tell_found_wrong(jobs)
            points = answer(self._design, [self._ended(point, checked) for point, checked in self._round.points])
            watch.say(self._narrator().lines)
            if not points:
                self._pending = [replace(row, problem=_LED_NOWHERE) for row in self._pending]
                return
            known = {job.run_id for job in self._compared.jobs}
            self._round = self._take_up(points)
            tell_refused(self._round)
            jobs = [job for job in self._round.jobs if job.run_id not in known]
            self._write_grid()
            watch.add(self._watched(jobs))
            self._tell_begun(jobs)

    def _tell_found_wrong(self, jobs: Sequence[Job]) -> None:
        """Say which runs were refused when they were built, where no row of a comparison will."""
        wrong, rows = self._launching.found_wrong(), set(self._judged)
        if "refused" in self._may_end:
            untold = [job for job in jobs if job.run_id in wrong and job.run_id not in rows]
            tell_refused(CheckedPoints([(job.point, wrong[job.run_id]) for job in untold]))

    def _watched(self, jobs: Sequence[Job]) -> list[Watched]:
        rows = {job.run_id for job in self._compared.jobs}
        return [watched(job, self.folders[job.run_id], is_row=job.run_id in rows) for job in jobs]

    def _launch_in_time(self, jobs: Sequence[Job], launch: Launch) -> bool:
        """Have runs launched; with a limit of time seed after seed. Return whether there was time for all of them."""
        for portion in self._clock.portions(jobs):
            if self._clock.is_over():
                self._put_off |= {job.run_id for job in jobs if self._status(job) not in FINAL}
                return False
            self._launching.carry_out(portion, grouped(launch, self._first, self.name))
            self._stop.look()
        return True

    def _take_up(self, points: Sequence[Point]) -> CheckedPoints:
        """Check the points of a round, and add them to those of the sweep."""
        meanwhile(f"checking {quantity(len(points), 'run')}")
        checked = check_points(points, self._compose, self._hashes)
        self._stop.look()
        self.checked.points += checked.points
        self.folders |= {job.run_id: RunFolder(runs_dir() / job.run_id) for job in checked.jobs}
        return checked

    def _ended(self, point: Point, checked: Job | str) -> Ended:
        if isinstance(checked, str) or checked.run_id in self._launching.found_wrong():
            return Ended(point, "", "refused", {})
        status = self._status(checked)
        folder = self.folders[checked.run_id]
        curve = val_accuracies(folder) if self._wants_curves else ()
        return Ended(point, checked.run_id, status, folder.read_json("summary.json") if status in FINAL else {}, curve)

    def _status(self, job: Job) -> str:
        return standing(self.folders[job.run_id])

    def _to_do(self, jobs: Sequence[Job]) -> list[Job]:
        return [job for job in jobs if job.config.rerun or self._status(job) not in job.final]

    def _close(self) -> None:
        """Draw the pictures, show the comparison, name what failed."""
        problems: dict[str, None] = {}
        jobs, compared, judged = self.checked.jobs, self._compared, set(self._judged)
        with told_later(problems):
            self._write_grid()  # again: of a sweep that was begun in between, or with what the runs said of their grid
        with told_later(problems), disk_errors(runs_dir()):
            draw([self.folders[job.run_id] for job in jobs if job.config.plots and self._status(job) in FINAL])
        print()
        folders, pictures = [folder.path for folder in self.folders.values()], any(job.config.plots for job in jobs)
        with told_later(problems):
            self._note_look(self._comparison.show(folders, pictures=pictures))
        failed = [j for j in jobs if j.run_id not in self._put_off and self._launching.problem(j) is not None]
        may_end = self._may_end if any(self._status(job) == "finished" for job in jobs) else ()
        failed = [j for j in failed if j.run_id in judged or self._ended(j.point, j).status not in may_end]
        num_refused = 0 if "refused" in may_end and compared is self.checked else compared.num_refused
        if failed or num_refused:
            head = f"{len(failed) + num_refused:,} of {quantity(len(jobs) + num_refused, 'run')} failed:"
            problems |= dict.fromkeys((head, *self._launching.failures(failed), *compared.refusals()))
        if problems:
            raise RunError("\n".join(problems))

    def _tell_begun(self, jobs: Sequence[Job]) -> None:
        to_do = self._to_do(jobs)
        died = [job.point.label for job in to_do if self._status(job) == "died"]
        print(*begun_lines(self.name, len(jobs), num_before=len(jobs) - len(to_do), died=died), sep="\n")

    def _rows(self) -> list[GridRow]:
        """Return the grid; runs that were found wrong when they were built are refused points of it."""
        return list(self._compared.rows(self._launching.found_wrong())) or list(self._pending)

    def _leading(self) -> list[GridRow]:
        """Return the rows of runs that lead to those of the grid, for those who look on."""
        if self._led_to is None:
            return []
        leading = CheckedPoints([one for one in self.checked.points if one[0].arm not in self._led_to])
        return list(leading.rows(self._launching.found_wrong()))

    def _write_grid(self) -> None:
        study = Study(
            self.name, self.command, self.question, self.baseline, self._first.reported, self._first.margin, self.plan,
            self._looked_at, self._seeds_seen, self._asked, self._workers, self._first.seconds_to,
        )  # fmt: skip
        with disk_errors(self.study.path):
            self.study.write_grid(study, self._rows(), leading=self._leading())

    def _note_look(self, seeds: int) -> None:
        """Write down that a verdict over so many seeds was shown: more of them would be added after a look."""
        if self.plan is None and seeds > 1 and seeds not in self._looked_at:
            self._looked_at = tuple(sorted((*self._looked_at, seeds)))
            self._seeds_seen = max(self._seeds_seen, *(job.config.seed + 1 for job in self._compared.jobs))
            self._write_grid()
