"""Runs in turns, on tracks that say what a GPU would."""

from dataclasses import dataclass, field

import pytest

from cnnlab.base.errors import ConfigError, Interrupted
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.abreast import Abreast, FixedWidth, MeasuredWidth, width_of
from cnnlab.sweeps.sources import Listed


@dataclass(frozen=True)
class FakeMemory:
    free_bytes: float = 100.0
    num_refusals: int = 0


@dataclass(eq=False)
class FakeTrack:
    gpu: "FakeGpu"
    num_images: int = 0
    num_abreast: int = 1

    def is_ready(self):
        return True

    def wait(self):
        pass

    def memory(self):
        return FakeMemory(self.gpu.free, self.gpu.num_refusals)


@dataclass
class FakeGpu:
    """Counts what goes on, and how much at a time."""

    free: float = 100.0
    num_refusals: int = 0
    going: int = 0
    most: int = 0
    log: list = field(default_factory=list)
    tracks: list = field(default_factory=list)


@dataclass
class Run:
    """Takes so many turns of ten images each."""

    name: str
    gpu: FakeGpu
    num_turns: int = 3
    kind: str | None = "gpu"
    outcomes: list = field(default_factory=lambda: [Outcome(0)])
    size: float = 1.0
    error: BaseException | None = None

    def new_track(self):
        self.gpu.tracks.append(FakeTrack(self.gpu))
        return self.gpu.tracks[-1]

    def begin(self, track):
        self.gpu.going, self.gpu.free = self.gpu.going + 1, self.gpu.free - self.size
        self.gpu.most = max(self.gpu.most, self.gpu.going)
        outcome = self.outcomes.pop(0)
        try:
            for turn in range(self.num_turns):
                if self.error is not None and turn == 1:
                    raise self.error
                track.num_images += 10
                self.gpu.log.append(self.name)
                yield
        except MemoryError:
            return Outcome(1, "short", is_short_of_memory=True)
        finally:
            self.gpu.going, self.gpu.free = self.gpu.going - 1, self.gpu.free + self.size
        return outcome


def outcomes_of(runs, *, width, is_urgent=lambda: False, release=lambda: None):
    outcomes = {}
    Abreast(width, is_urgent=is_urgent, release=release).run(Listed(runs), outcomes.__setitem__)
    return [outcomes[place] for place in range(len(runs))]


def test_runs_take_turns_and_their_outcomes_come_in_order():
    gpu = FakeGpu()
    runs = [Run("a", gpu, 1, outcomes=[Outcome(1, "bad")]), Run("b", gpu, 3), Run("c", gpu, 2)]
    assert [outcome.reason for outcome in outcomes_of(runs, width=FixedWidth(2))] == ["bad", "", ""]
    assert gpu.log == ["a", "b", "b", "b", "c", "c"]  # c takes the place of a
    assert [track.num_abreast for track in gpu.tracks] == [2, 2, 2]


def test_runs_of_another_kind_wait_and_one_without_goes_alone():
    gpu, released = FakeGpu(), []
    runs = [Run("a", gpu), Run("b", gpu, kind="other"), Run("c", gpu, kind=None), Run("d", gpu, kind=None)]
    outcomes_of(runs, width=FixedWidth(4), release=lambda: released.append(gpu.going))
    assert gpu.log == ["a"] * 3 + ["b"] * 3 + ["c"] * 3 + ["d"] * 3
    assert released == [0, 0, 0, 0]


def test_run_without_memory_is_begun_again_and_fewer_go_from_then_on():
    gpu = FakeGpu()
    short = Outcome(1, "not enough memory", is_short_of_memory=True)
    runs = [Run("a", gpu, 5), Run("b", gpu, 1, outcomes=[short, Outcome(0)]), Run("c", gpu), Run("d", gpu)]
    assert [outcome.code for outcome in outcomes_of(runs, width=FixedWidth(3))] == [0, 0, 0, 0]
    assert gpu.most == 3
    assert gpu.log[-4:] != ["b"] * 4


def test_runs_that_wait_when_the_device_is_lost_are_not_begun_on_it():
    gpu = FakeGpu()
    lost = Outcome(1, "CUDA error: an illegal memory access", is_device_lost=True)
    runs = [Run("a", gpu, 2, outcomes=[lost]), Run("b", gpu, 3, outcomes=[lost]), Run("c", gpu), Run("d", gpu)]
    outcomes = outcomes_of(runs, width=FixedWidth(2))
    assert [outcome.is_device_lost for outcome in outcomes] == [True] * 4
    assert set(gpu.log) == {"a", "b"}


def test_run_that_has_no_memory_alone_fails():
    short = Outcome(1, "not enough memory", is_short_of_memory=True)
    assert outcomes_of([Run("a", FakeGpu(), outcomes=[short])], width=FixedWidth(3)) == [short]


def test_run_that_would_compute_otherwise_for_lack_of_memory_is_begun_again_alone(monkeypatch):
    class Refused(Run):
        def begin(self, track):
            if len(self.outcomes) == 2:
                self.gpu.num_refusals += 1
            yield from ()
            return (yield from super().begin(track))

    monkeypatch.setattr("cnnlab.sweeps.abreast._out_of_memory", MemoryError)
    gpu = FakeGpu()
    runs = [Run("a", gpu, 6), Refused("b", gpu, outcomes=[Outcome(1, "never"), Outcome(0)])]
    assert [outcome.code for outcome in outcomes_of(runs, width=FixedWidth(2))] == [0, 0]
    assert gpu.log.count("b") == 4  # one turn, then all three


def test_wish_to_stop_lets_every_run_keep_what_is_done():
    gpu = FakeGpu()
    runs = [Run("a", gpu, 4, error=Interrupted()), Run("b", gpu, 3), Run("c", gpu, 2), Run("d", gpu)]
    with pytest.raises(Interrupted, match=r"^$"):
        outcomes_of(runs, width=FixedWidth(3))
    assert (gpu.log.count("b"), gpu.log.count("c"), gpu.log.count("d"), gpu.going) == (3, 2, 0, 0)


@pytest.mark.parametrize(("error", "is_urgent"), [(Interrupted(), True), (SystemExit(), False)])
def test_second_wish_and_whatever_else_ends_them_at_once(error, is_urgent):
    gpu = FakeGpu()
    with pytest.raises(type(error), match=r"^$"):
        outcomes_of([Run("a", gpu, error=error), Run("b", gpu, 9)], width=FixedWidth(2), is_urgent=lambda: is_urgent)
    assert (gpu.log.count("b"), gpu.going) == (1, 0)


def measured(speeds, *, size=1.0, num_runs=64):
    """Return how many went at most on a GPU that gets through so many images a second when so many go."""
    gpu, now = FakeGpu(free=100.0), [0.0]

    def clock():
        now[0] += 10 / speeds(gpu.going)  # a look after each round: ten images of every run
        return now[0]

    runs = [Run(str(i), gpu, 400, size=size) for i in range(num_runs)]
    width = MeasuredWidth(clock)
    outcomes_of(runs, width=width)
    return width.now


@pytest.mark.parametrize(
    ("speed", "size", "width"),
    [
        (lambda going: 1000, 1.0, 32),  # each run as fast as alone, however many
        (lambda going: 1000 * min(1, 8 / going), 1.0, 8),  # eight fill it
        (lambda going: 1000 / going, 1.0, 1),  # one fills it
        (lambda going: 1000, 10.0, 8),  # a tenth of the memory each, of which a fifth stays free
    ],
)
def test_width_is_doubled_as_long_as_it_pays(speed, size, width):
    assert measured(speed, size=size) == width


def test_width_is_what_was_asked_for():
    assert width_of(3)().now == 3
    assert width_of("auto")().now == 1


@pytest.mark.parametrize("wrong", [0, 33, -1, "many", True, 1.5, None])
def test_width_that_is_no_number_of_runs_is_refused(wrong):
    with pytest.raises(ConfigError, match=r"^hydra\.launcher\.abreast: must be auto or in 1 to 32, got "):
        width_of(wrong)
