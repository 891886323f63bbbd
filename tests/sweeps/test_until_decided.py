"""Seeds until decided: which seeds are asked for, when it ends; against the reference procedure on random studies."""

import numpy as np
import pytest
from scipy import special

from cnnlab.base.errors import RunError
from cnnlab.base.hashing import FileHashes
from cnnlab.base.stopping import Stop
from cnnlab.comparison import compare_study
from cnnlab.config.load import load
from cnnlab.outputs.study_folder import SeedPlan, StudyFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.sweeps.designs import Ended, answer
from cnnlab.sweeps.points import Point, expand
from cnnlab.sweeps.steering import begin
from cnnlab.sweeps.sweep import Sweep
from cnnlab.sweeps.until_decided import UntilDecided
from tests.comparison.study_maker import write_study
from tests.conftest import composed
from tests.sweeps.sweep_maker import ended

NUM_TEST = 1000
LOOKS = (5, 8, 12, 20)


def summary(accuracy):
    per_class = {"cat": {"support": NUM_TEST // 2}, "dog": {"support": NUM_TEST // 2}}
    return {"test": {"accuracy": accuracy, "per_class": per_class}, "val": {"accuracy": accuracy}}


def point(arm):
    return Point("", (), (), (arm,), "")


def conversation(accuracies, *, looks=LOOKS, baseline=None, margin=None, states=None):
    """Lead a conversation to its end; return the design and the seeds of every arm that it asked for.

    Args:
        accuracies: arm -> of each seed.
        states: (arm, seed) -> how a run ended otherwise than finished.
    """
    until = UntilDecided([point(arm) for arm in accuracies], SeedPlan(looks), baseline, margin)
    design, asked = until.design(), {arm: [] for arm in accuracies}
    points = next(design)
    while points:
        ended = []
        for one in points:
            seed = int(one.seed.partition("=")[2])
            asked[one.arm].append(seed)
            state = (states or {}).get((one.arm, seed), "finished")
            ended.append(Ended(one, f"{one.arm}-{seed}", state, summary(accuracies[one.arm][seed])))
        points = answer(design, ended)
    return until, {arm: len(seeds) for arm, seeds in asked.items()}


def draws(mean, sd, *, seed):
    return (mean + sd * np.random.default_rng(seed).standard_normal(20)).tolist()


A, SAME, HIGH = draws(0.7, 0.01, seed=0), draws(0.7, 0.01, seed=1), draws(0.9, 0.01, seed=2)


def test_arms_that_are_decided_get_no_more_seeds_and_the_baseline_goes_on():
    wild = draws(0.74, 0.06, seed=3)
    _, asked = conversation({"a": A, "high": HIGH, "wild": wild}, baseline="a")
    assert asked["high"] == 5
    assert asked["a"] == asked["wild"] > 5


def test_arms_that_are_ruled_out_get_no_more_seeds():
    until, asked = conversation({"a": A, "high": HIGH, "higher": draws(0.905, 0.01, seed=4)})
    assert asked["a"] == 5
    assert asked["high"] == asked["higher"] > 5
    assert until.standing().num_more == 0


def test_margin_ends_a_study_of_equal_arms():
    assert conversation({"a": A, "same": SAME}, margin=0.03)[1] == {"a": 5, "same": 5}
    assert conversation({"a": A, "same": SAME, "low": draws(0.2, 0.01, seed=5)}, margin=0.03)[1]["a"] == 5


def test_run_whose_summary_is_damaged_counts_as_one_without_result():
    until = UntilDecided([point("a"), point("high"), point("same")], SeedPlan(LOOKS), None, None)
    design = until.design()
    design.send([
        Ended(one, "id", "finished", {} if one.label == "a seed=2" else summary(0.5 + int(one.seed[5:]) / 100))
        for one in next(design)
    ])  # fmt: skip
    assert until._answer.results[0].verdict == "damaged in 1 of 5"


@pytest.mark.parametrize("state", ["diverged", "failed"])
def test_arm_with_a_run_without_result_gets_no_more_seeds(state):
    wild = draws(0.74, 0.08, seed=3)
    _, asked = conversation({"a": A, "broken": wild, "wild": wild}, baseline="a", states={("broken", 2): state})
    assert asked["broken"] == 5
    _, asked = conversation({"a": A, "wild": wild}, states={("a", 2): state})
    assert asked == {"a": 5, "wild": 5}


def test_arm_that_is_open_again_catches_up_on_its_seeds():
    """`high` rules `a` out after five seeds, and fails with the seventh; then `a` gets all seeds up to a look."""
    accuracies = {"a": A, "same": SAME, "high": HIGH, "higher": draws(0.903, 0.01, seed=4)}
    failing = {("high", 6): "diverged", ("higher", 6): "diverged"}
    until, asked = conversation(accuracies, states=failing)
    assert asked["high"] == asked["higher"] == 8
    assert asked["a"] == asked["same"] in LOOKS[2:]
    assert {result.label: result.verdict for result in until._answer.results}["high"] == "diverged in 1 of 8"


def test_standing_says_each_arms_seeds_difference_and_state():
    until = UntilDecided([point("a"), point("high"), point("same")], SeedPlan(LOOKS), "a", None)
    design = until.design()
    asked = next(design)
    assert until.standing().lines == ()
    values = {"a": A, "high": HIGH, "same": SAME}
    design.send([Ended(p, "id", "finished", summary(values[p.arm][int(p.seed[5:])])) for p in asked])
    head, *lines = until.standing().lines
    assert head == "look     after 5 of at most 20 seeds"
    high, same = (f"{100 * np.mean(np.subtract(values[arm], A)[:5]):+.2f}" for arm in ("high", "same"))
    assert [" ".join(line.split()) for line in lines] == [
        "a 5 seeds baseline, goes on",
        f"high 5 seeds {high} better",
        f"same 5 seeds {same} not decided yet, goes on",
    ]
    assert until.standing().num_more == 2 * 12


ACCURACY = {"sgd": A, "adam": [value + 0.004 for value in SAME], "nadam": HIGH, "momentum": HIGH}


@pytest.fixture
def launch(tmp_path, monkeypatch):
    """Launch by leaving the files of finished runs; remember what was launched."""
    monkeypatch.chdir(tmp_path)

    def launched(jobs):
        configs = [load(composed(*words)) for words in jobs]
        launched.runs += [(config.optimizer.name, config.seed) for config in configs]
        for config in configs:
            ended(config, "finished", accuracy=round(ACCURACY[config.optimizer.name][config.seed % 20], 2))
            launched.tick()
        return [Outcome(0)] * len(jobs)

    launched.runs, launched.tick = [], lambda: None
    return launched


def sweep_of(*arms, typed=("until=decided",), seeds=""):
    words = {word.partition("=")[0]: word for word in typed}
    axes = {"optimizer": [f"optimizer={name}" for name in arms]}
    axes |= {"seed": [f"seed={seed}" for seed in seeds]} if seeds else {}
    shared = [word for key, word in words.items() if key not in ("until", "max_seeds", "max_hours")]

    def compose(overrides):
        return composed(*overrides)

    begun = begin(expand({"": ()}, axes, ["plots=false", *shared], list(axes)), compose, words)
    return Sweep(begun, compose, command="cnnlab -m mine", hashes=FileHashes(), stop=Stop())


def verdicts(study):
    return {row["arm"].partition("=")[2]: row["verdict"] for row in study.read_rows("comparison.csv")}


def test_study_asks_look_after_look_and_is_repeated_from_its_files(launch, capsys):
    sweep = sweep_of("sgd", "adam", "nadam", typed=("until=decided", "baseline=sgd", "max_seeds=10"))
    sweep.carry_out(launch)
    assert sweep.name == "optimizer-decided"
    assert launch.runs[:15] == [(name, seed) for seed in range(5) for name in ("sgd", "adam", "nadam")]
    assert ("nadam", 5) not in launch.runs
    assert ("sgd", 9) in launch.runs
    shown, first = capsys.readouterr().out, sweep.study.read_rows("comparison.csv")
    assert "look     after 5 of at most 10 seeds\n  optimizer=sgd " in shown
    num_runs = len(launch.runs)
    sweep_of("sgd", "adam", "nadam", typed=("until=decided", "baseline=sgd", "max_seeds=10")).carry_out(launch)
    assert len(launch.runs) == num_runs
    assert sweep.study.read_rows("comparison.csv") == first
    assert not sweep.study.read_study().plan.is_changed


def test_arm_that_is_added_after_a_look_is_trained_and_said(launch, capsys):
    sweep_of("sgd", "nadam").carry_out(launch)
    assert "Arms or seeds were added" not in capsys.readouterr().out
    num_runs = len(launch.runs)
    sweep = sweep_of("sgd", "nadam", "momentum")
    sweep.carry_out(launch)
    assert {name for name, _ in launch.runs[num_runs:]} >= {"momentum"}
    assert sweep.study.read_study().plan.is_changed
    assert "Arms or seeds were added to the plan after a look" in " ".join(capsys.readouterr().out.split())


def test_study_after_a_fixed_one_that_was_looked_at_takes_fresh_seeds(launch, capsys):
    fixed = sweep_of("sgd", "nadam", typed=(), seeds="012")
    fixed.carry_out(launch)
    assert fixed.study.read_study().looked_at == (3,)
    decided = sweep_of("sgd", "nadam")
    decided.carry_out(launch)
    assert min(seed for _, seed in launch.runs[6:]) == 3
    assert decided.study.read_study().plan == SeedPlan(LOOKS, first_seed=3, after="optimizer")
    assert "Study optimizer was looked at before, with other seeds" in " ".join(capsys.readouterr().out.split())
    assert len(fixed.study.read_rows("comparison.csv")) == 2


def test_seeds_that_were_seen_are_used_no_more_though_another_question_took_the_place(launch):
    sweep_of("sgd", "nadam", typed=(), seeds="012").carry_out(launch)
    sweep_of("sgd", "adam", typed=("batch_size=8",), seeds="0").carry_out(launch)
    decided = sweep_of("sgd", "nadam")
    decided.carry_out(launch)
    assert decided.study.read_study().plan.first_seed == 3


def test_seeds_that_are_added_to_a_fixed_study_after_a_look_are_said(launch, capsys):
    for seeds in ("012", "01234"):
        sweep = sweep_of("sgd", "adam", typed=(), seeds=seeds)
        capsys.readouterr()
        sweep.carry_out(launch)
    assert sweep.study.read_study().looked_at == (3, 5)
    assert "Seeds were added after a look: its error is not 5 %." in capsys.readouterr().out


def test_time_that_is_over_ends_a_study_and_the_command_goes_on(launch, capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("cnnlab.sweeps.clock.time.monotonic", lambda: now[0])

    def an_hour():
        now[0] += 3600.0

    launch.tick = an_hour
    sweep = sweep_of("sgd", "nadam", typed=("until=decided", "max_hours=3"))
    sweep.carry_out(launch)
    assert launch.runs == [(name, seed) for seed in (0, 1) for name in ("sgd", "nadam")]
    shown = capsys.readouterr().out
    assert "stopped  max_hours=3 are over; the same command goes on where it stopped\n" in shown
    assert "Not decided yet: the first look is at 5 seeds." in shown
    launch.tick = lambda: None
    sweep_of("sgd", "nadam").carry_out(launch)
    assert len(launch.runs) == len(set(launch.runs)) == 10
    assert verdicts(StudyFolder.named("optimizer-decided")) == {"sgd": "baseline", "nadam": "better"}


def test_plan_says_the_least_and_the_most(launch, capsys):
    sweep_of("sgd", "nadam").carry_out(launch)
    capsys.readouterr()
    sweep_of("sgd", "nadam", typed=("until=decided", "plan=true")).show_plan()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "plan     optimizer-decided: 10 runs, 10 finished, 0 to do"
    assert lines[-3:] == [
        "least    10 runs, those above: it may be decided then",
        "most     40 runs",
        "total    nothing to do before the first look",
    ]


def test_run_that_fails_is_named_at_the_end_and_its_arm_gets_no_more_seeds(launch):
    def failing(jobs):
        done = launch([words for words in jobs if "optimizer=adam" not in words])
        return [Outcome(1, "boom") if "optimizer=adam" in words else done.pop() for words in jobs]

    with pytest.raises(RunError, match=r"5 of \d+ runs failed:\n  failed   optimizer=adam seed=0\n +boom"):
        sweep_of("sgd", "adam", "nadam", typed=("until=decided", "baseline=sgd")).carry_out(failing)
    assert verdicts(StudyFolder.named("optimizer-decided")) == {
        "sgd": "baseline",
        "adam": "failed in 5 of 5",
        "nadam": "better",
    }


# The reference procedures of the method's description, written down apart from the shipped code.


def shares(k):
    return [2.0 ** -(k - 1), *(2.0 ** -(k - i) for i in range(1, k))]


def reference_p(d, tail):
    se = max(np.std(d, ddof=1), 1 / NUM_TEST) / len(d) ** 0.5
    return tail * special.stdtr(len(d) - 1, -(abs(np.mean(d)) if tail == 2 else np.mean(d)) / se)


def reference_holm(p):
    order, found, largest = np.argsort(p, kind="stable"), np.ones(len(p)), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[place]))
        found[place] = largest
    return found


def reference_futile(d, m):
    n, far = len(d), abs(np.mean(d)) / max(np.std(d, ddof=1), 1 / NUM_TEST)
    far += special.stdtrit(n - 1, 0.95) / n**0.5
    return far * LOOKS[-1] ** 0.5 < special.stdtrit(LOOKS[-1] - 1, 1 - 0.05 * shares(4)[-1] / m / 2)


def reference_against(accuracies):
    """Return arm -> seeds used and verdict, of arms against the first one."""
    base, *others = accuracies
    used, stopped, verdicts = dict.fromkeys(others, 0), set(), {}
    for look in LOOKS:
        going_on = [arm for arm in others if arm not in verdicts and arm not in stopped]
        if not going_on:
            break
        used |= dict.fromkeys(going_on, look)
        stars = []
        for arm in others:
            d = np.subtract(accuracies[arm], accuracies[base])[: used[arm]]
            at = [(min(1.0, reference_p(d[:n], 2) / w), n) for n, w in zip(LOOKS, shares(4)) if n <= used[arm]]
            stars.append(min(at))
        for arm, (_, n), p in zip(others, stars, reference_holm([p for p, _ in stars])):
            d = np.subtract(accuracies[arm], accuracies[base])
            if p < 0.05 and arm not in verdicts:
                verdicts[arm] = "better" if np.mean(d[:n]) > 0 else "worse"
            elif arm in going_on and look < LOOKS[-1] and reference_futile(d[:look], len(others)):
                stopped.add(arm)
    return {arm: (used[arm], verdicts.get(arm)) for arm in others}


def reference_best(accuracies):
    """Return the arms that are left, and those ruled out with their seeds."""
    alive, out, level = list(accuracies), {}, 0.05 / (len(accuracies) - 1)
    for n, share in zip(LOOKS, shares(4)):
        best = {
            i: min(reference_p(np.subtract(accuracies[j][:n], accuracies[i][:n]), 1) for j in alive if j != i)
            for i in alive
        }
        now = {i: n for i, p in best.items() if p <= share * level}
        out |= now
        alive = [arm for arm in alive if arm not in now]
        if len(alive) == 1:
            break
    return alive, out


def random_study(seed):
    draw = np.random.default_rng(seed)
    num_arms = int(draw.integers(2, 8))
    sds = 0.02 * np.exp(draw.uniform(-1.5, 1.2, num_arms))
    means = 0.6 + draw.choice([0.0, 0.0, 0.01, 0.03, 0.1], num_arms)
    runs = np.clip(means[:, None] + sds[:, None] * draw.standard_normal((num_arms, 20)), 0, 1)
    fails = draw.random((num_arms, 20)) < draw.choice([0.0, 0.2])
    return {f"arm{i}": np.where(fails[i], 0.1, runs[i]).round(3).tolist() for i in range(num_arms)}


@pytest.mark.parametrize("block", range(4))
def test_random_studies_are_decided_as_the_reference_procedure_decides(block):
    for seed in range(50 * block, 50 * block + 50):
        accuracies = random_study(seed)
        until, asked = conversation(accuracies, baseline="arm0")
        of_arm = {result.label: result for result in until._answer.results}
        for arm, (seeds, verdict) in reference_against(accuracies).items():
            assert asked[arm] == seeds, (seed, arm)
            assert (of_arm[arm].verdict if of_arm[arm].verdict in ("better", "worse") else None) == verdict, (seed, arm)
        if len(accuracies) > 2:
            until, asked = conversation(accuracies)
            alive, out = reference_best(accuracies)
            assert list(until._answer.best.alive) == alive, seed
            assert {arm: asked[arm] for arm in out} == out, seed


def decided_by_files(seed):
    """Return what the reference decides, and what the files of the study say that the design asked for."""
    accuracies = random_study(seed)
    _, asked = conversation(accuracies, baseline="arm0")
    arms = {arm: accuracies[arm][:seeds] for arm, seeds in asked.items()}
    more = {arm: {"num_test": NUM_TEST, "num_predictions": 0, "epochs": 1} for arm in arms}
    folder = write_study(arms, name=f"study{seed}", plan=SeedPlan(LOOKS), baseline="arm0", more=more)
    found = {result.label: result.verdict for result in compare_study(folder).results}
    reference = {arm: verdict for arm, (_, verdict) in reference_against(accuracies).items()}
    return reference, {arm: found[arm] if found[arm] in ("better", "worse") else None for arm in reference}


def test_files_of_a_study_say_what_its_design_decided(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed in range(8):
        reference, found = decided_by_files(seed)
        assert found == reference, seed
