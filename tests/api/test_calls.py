"""Training from a program: the same runs as commands make, and what goes wrong is raised."""

import asyncio
import shutil
from pathlib import Path

import pytest

import cnnlab
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import StudyFolder
from tests import conftest
from tests.conftest import SMALL_DATA
from tests.runs.trained import equal_results, only_run

TINY = (*SMALL_DATA, "dataset.image_size=8", "model.width=0.05", "epochs=1", "batch_size=16")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_call_and_command_make_the_same_run(folder, capsys):
    run = cnnlab.train(*TINY, seed=3, **{"optimizer.lr": 0.01})
    assert capsys.readouterr() == ("", "")
    assert (run.id, run.status) == (only_run().run_id, "finished")
    assert run.folder == folder / RUNS / run.id
    shutil.move("outputs", "called")
    done = conftest.cnnlab("train", *TINY, "seed=3", "optimizer.lr=0.01")
    assert done.returncode == 0
    typed, called = only_run(), RunFolder(Path("called/runs") / run.id)
    assert typed.run_id == run.id
    assert files(typed.path) == files(called.path)
    assert typed.read_overrides() == called.read_overrides()
    assert equal_results(typed, called)


def test_sweep_goes_on_where_it_was_and_is_the_study_that_the_command_makes(swept, folder):
    study = cnnlab.sweep("plots=false", optimizer=["sgd", "adam"], seed=range(2))
    assert (study.name, study.folder, len(swept)) == ("optimizer", folder / "outputs" / "optimizer", 4)
    assert study.command == "cnnlab -m plots=false optimizer=sgd,adam seed=0,1"
    again = cnnlab.sweep("optimizer=sgd,adam seed=0,1 plots=false", verbose=False)
    assert (again.folder, len(swept)) == (study.folder, 4)
    assert "adam" in study.verdict
    assert type(study) is cnnlab.Study


def test_call_is_made_inside_an_event_loop_and_prints_what_is_asked_for(swept, capsys):
    async def call():
        return cnnlab.sweep("optimizer=sgd,adam plots=false", verbose=True)

    assert asyncio.run(call()).name == "optimizer"
    assert "sweep    optimizer: 2 runs" in capsys.readouterr().out


def test_outputs_may_lie_elsewhere(folder):
    run = cnnlab.train(*TINY, "outputs=else")
    assert run.folder == folder / "else" / "runs" / run.id
    assert run.status == "finished"
    assert not Path("outputs").exists()


@pytest.mark.parametrize("run_errors", [{1: cnnlab.RunError("the disk is full")}])
def test_runs_of_a_sweep_that_fail_are_raised_and_the_others_kept(swept):
    with pytest.raises(
        cnnlab.RunError, match=r"^2 of 4 runs failed:\n  failed   optimizer=sgd seed=1\n +the disk is full"
    ):
        cnnlab.sweep("optimizer=sgd,adam seed=0,1 plots=false")
    assert [run.status for run in cnnlab.study("optimizer").runs] == ["finished", "finished"]


def test_every_problem_of_a_call_is_raised_at_once():
    with pytest.raises(cnnlab.ConfigError, match=r"^optimizr: unknown key.+\nepochs: must be >= 0, got -1\.$"):
        cnnlab.train("optimizr=adam", epochs=-1)
    with pytest.raises(cnnlab.CnnlabError, match=r"^no command 'trian'"):
        cnnlab.sweep("trian seed=0,1")
    assert not Path("outputs").exists()


@pytest.mark.parametrize(
    ("call", "words", "message"),
    [
        (cnnlab.train, "-m seed=0,1", r"train: takes no -m\. Call cnnlab\.sweep\."),
        (cnnlab.transfer, "--cfg job", r"transfer: --cfg prints something, .+ Type: cnnlab transfer --cfg$"),
        (cnnlab.sweep, "seed=0,1 plan=true", r"sweep: plan=true makes nothing to answer with\. Leave it out, or type"),
        (cnnlab.sweep, "report seed=0,1", r"sweep: takes train or transfer, got report\. Leave it out\."),
        (cnnlab.tune, "find=lr", r"tune: makes no study of find=lr\. Type it: cnnlab tune find=lr$"),
        (cnnlab.train, "seed=0,1", r"seed: got several values, 0,1\. A sweep needs -m"),
    ],
)
def test_words_that_a_call_cannot_answer_are_refused(call, words, message):
    with pytest.raises(cnnlab.ConfigError, match=f"^{message}"):
        call(words)


def test_run_that_diverges_is_raised_and_can_be_loaded():
    with pytest.raises(cnnlab.RunError, match=r"-s0-[0-9a-f]{10}: diverged: .+\. See: cnnlab\.load\('.+'\)$"):
        cnnlab.train(*TINY, "precision=fp32", optimizer="sgd", **{"optimizer.lr": 1e30})
    assert cnnlab.load("latest").status == "diverged"


def test_tuning_answers_with_its_trials(folder):
    pytest.importorskip("optuna")
    tuning = cnnlab.tune(*TINY, "optimizer.lr=log(1e-3,0.1)", "sampler=random", trials=1)
    assert type(tuning) is cnnlab.Tuning
    assert StudyFolder(tuning.folder).read_study().command.startswith("cnnlab tune dataset=synthetic")
    assert tuning.trials["status"].tolist() == ["finished"]
