"""What a launcher carries out: one composed configuration, one outcome."""

from hydra.core.utils import JobReturn, JobStatus

from cnnlab.cli.jobs import outcome_of
from cnnlab.cli.main import main
from cnnlab.runs.outcome import Outcome
from tests.sweeps.sweep_maker import NAMED_ARMS, study


def test_study_is_refused_without_m(capsys):
    assert main(["experiment=optimizers", "epochs=2"]) == 2
    message = "experiment=optimizers: is a sweep, and a sweep needs -m: cnnlab -m experiment=optimizers epochs=2\n"
    assert capsys.readouterr() == ("", message)


def test_study_with_named_arms_is_refused_without_m(capsys):
    assert main(study(NAMED_ARMS)) == 2
    assert "is a sweep, and a sweep needs -m: cnnlab -m " in capsys.readouterr().err


def test_job_that_its_launcher_lost_has_failed_with_the_reason():
    lost = JobReturn()
    lost.return_value, lost.status = RuntimeError("no such node"), JobStatus.FAILED
    assert outcome_of(lost) == Outcome(1, "RuntimeError: no such node")
