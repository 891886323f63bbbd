"""The comparison as a whole: what it imports, what it is made of."""

import subprocess
import sys

import pytest

from cnnlab.base.errors import ConfigError, RunError
from cnnlab.comparison import compare_runs, compare_study, write
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder
from tests.comparison.study_maker import write_run, write_study

ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


def test_importing_it_imports_nothing_slow():
    code = (
        "import cnnlab.comparison, sys; print(*{'torch', 'hydra', 'matplotlib', 'scipy', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_baseline_of_the_study_counts_unless_another_is_named():
    folder = write_study(ARMS, baseline="optimizer=adam")
    assert compare_study(folder).baseline.arm.name == "optimizer=adam"
    assert compare_study(folder, baseline="sgd").baseline.arm.name == "optimizer=sgd"


def test_three_arms_have_no_baseline_unless_one_is_named():
    folder = write_study(ARMS | {"optimizer=nadam": [0.7, 0.8, 0.9]})
    assert (compare_study(folder).baseline, compare_study(folder).best.seeds) == (None, 3)
    assert compare_study(folder, baseline="sgd").best is None


def test_study_with_runs_on_different_data_is_refused():
    arms = {"dataset=digits": [0.9], "dataset=mnist": [0.9]}
    with pytest.raises(ConfigError, match=r"^dataset: runs on different data or splits cannot be compared, got digits"):
        write(write_study(arms), pictures=False)


def test_folder_without_runs_is_no_study():
    with pytest.raises(RunError, match=r"outputs/nothing: is not a study: it has no runs\.csv\."):
        compare_study(StudyFolder.named("nothing"))


def test_runs_are_compared_without_a_study():
    for seed in (0, 1):
        write_run(f"a{seed}", seed=seed, test=0.8, optimizer={"name": "sgd"})
        write_run(f"b{seed}", seed=seed, test=0.9, optimizer={"name": "adam"})
    comparison = compare_runs([RunFolder(RUNS / name) for name in ("a0", "a1", "b0", "b1")])
    assert [comparison.name(result) for result in comparison.ranked] == ["adam", "sgd"]
    assert comparison.folder.path.name == "comparison"
    assert comparison.next_step == "cnnlab predict b0 IMAGE...  (classify with its best run)"
    assert comparison.baseline.arm.name == "optimizer=sgd"
