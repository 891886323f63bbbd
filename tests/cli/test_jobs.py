"""What a launcher carries out: one composed configuration, one outcome; runs in one process share what they read."""

import pickle
from pathlib import Path

import torch
from hydra.core.utils import JobReturn, JobStatus
from PIL import Image

from cnnlab.base import hashing
from cnnlab.base.hashing import file_hash
from cnnlab.base.stopping import Stop
from cnnlab.cli.jobs import TrainJob, outcome_of
from cnnlab.cli.main import main
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.outcome import Outcome
from cnnlab.runs.run import execute
from tests.conftest import SMALL_DATA, tiny
from tests.runs.trained import equal_results
from tests.sweeps.sweep_maker import NAMED_ARMS, study

TINY = (*SMALL_DATA, "dataset.image_size=8", "model.width=0.05", "epochs=2", "batch_size=16")


def test_sweep_in_one_process_reads_its_data_once_and_changes_no_result(reads, tmp_path):
    assert main(["-m", *TINY, "optimizer=sgd,momentum,adam", "seed=0,1"]) == 0
    assert len(list(RUNS.iterdir())) == 6
    assert reads == ["synthetic"]
    alone = execute(tiny("optimizer=adam", "seed=1"), runs=tmp_path / "alone").folder
    assert equal_results(RunFolder(RUNS / alone.run_id), alone)


def test_arms_with_other_images_read_their_own_once(reads):
    assert main(["-m", *TINY, "dataset.channels=1,3", "seed=0,1"]) == 0
    assert reads == ["synthetic", "synthetic"]


def test_weights_are_hashed_once_for_all_runs_of_a_sweep(monkeypatch):
    import torchvision

    hashed = []
    monkeypatch.setattr(hashing, "file_hash", lambda path: hashed.append(path.name) or file_hash(path))
    torch.save(torchvision.models.shufflenet_v2_x0_5().state_dict(), "w.pth")
    network = ("backbone=shufflenet_v2_x0_5", "backbone.weights=w.pth", "dataset.image_size=32", "precision=fp32")
    assert main(["transfer", "-m", *SMALL_DATA, *network, "head=knn", "head.k=1,3", "seed=0,1"]) == 0
    assert len(list(RUNS.iterdir())) == 4
    assert hashed == ["w.pth"]


def test_two_folders_of_equal_names_and_sizes_are_two_arms(capsys):
    for value, root in enumerate(("one", "two")):
        for number, name in enumerate("ab" * 8):
            Path(root, name).mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 8), 10 * number + value).save(Path(root, name, f"{number}.bmp"))
    Path("cache/cnnlab").mkdir(parents=True)
    Path("cache/cnnlab/hashes").touch()
    options = ("dataset=image_folder", "model.width=0.05", "epochs=1", "batch_size=4", "plots=false", "device=cpu")
    assert main(["-m", *options, "dataset.root=one,two"]) == 0
    assert len(list(RUNS.iterdir())) == 2
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note     cache_dir: ")]
    assert len(notes) == 2  # one for each folder whose hashes cannot be kept


def test_job_goes_to_the_processes_of_a_launcher():
    assert pickle.loads(pickle.dumps(TrainJob(Stop()))).library.num_bytes == 0


def test_study_is_refused_without_m(capsys):
    assert main(["experiment=optimizers", "epochs=2"]) == 2
    message = "experiment=optimizers: is a sweep, and a sweep needs -m: cnnlab -m experiment=optimizers epochs=2\n"
    assert capsys.readouterr() == ("", message)


def test_study_with_named_arms_is_refused_without_m(capsys):
    assert main(study(NAMED_ARMS)) == 2
    assert "is a sweep, and a sweep needs -m: cnnlab -m --config-dir own experiment=mine\n" in capsys.readouterr().err


def test_study_of_another_command_is_refused_with_that_command(capsys):
    assert main(["transfer", *study(NAMED_ARMS.replace("optimizer=sgd, activation=tanh", "head=knn"))]) == 2
    assert capsys.readouterr().err.endswith("needs -m: cnnlab transfer -m --config-dir own experiment=mine\n")


def test_cross_validation_without_m_is_told_the_command(trained, capsys):
    assert main(["train", "cross_validation=5", "epochs=2"]) == 2
    message = "cross_validation: is a sweep, and a sweep needs -m: cnnlab -m cross_validation=5 epochs=2\n"
    assert capsys.readouterr().err == message
    assert trained == []


def test_job_that_its_launcher_lost_has_failed_with_the_reason():
    lost = JobReturn()
    lost.return_value, lost.status = RuntimeError("no such node"), JobStatus.FAILED
    assert outcome_of(lost) == Outcome(1, "RuntimeError: no such node")
