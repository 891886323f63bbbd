import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.runs.inspecting.standing import check_has_weights

NAME = "cnn6-batch-relu-adam-s0-0123456789"


@pytest.fixture
def run(in_empty_folder):
    folder = RunFolder(in_empty_folder / "outputs" / "runs" / NAME)
    folder.write_config({"keep": "best"}, ["epochs=2", "keep=none"])
    write_status(folder, "finished")
    return folder


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_run_that_is_not_finished_is_refused_with_the_way_to_finish_it(run, status):
    write_status(run, status)
    message = rf"^run: {NAME} is {status}, there is no result to look into yet\. Finish it: cnnlab resume \S*{NAME}$"
    with pytest.raises(ConfigError, match=message):
        check_has_weights(run)


def test_run_that_has_diverged_is_refused(run):
    write_status(run, "diverged")
    with pytest.raises(ConfigError, match=r"has diverged, it has no weights .* Train another: cnnlab train epochs=2$"):
        check_has_weights(run)


@pytest.mark.parametrize(("backbone", "command"), [(None, "train"), ({"name": "resnet18"}, "transfer")])
def test_run_that_kept_no_weights_is_refused_with_the_command_that_keeps_them(run, backbone, command):
    run.write_config({"keep": "none", "backbone": backbone}, ["epochs=2", "keep=none"])
    message = rf"kept no weights, .* keep=none\. Train it anew: cnnlab {command} epochs=2 rerun=true$"
    with pytest.raises(ConfigError, match=message):
        check_has_weights(run)


def test_run_with_its_weights_is_taken(run):
    run.checkpoints.mkdir()
    (run.checkpoints / "best.pt").touch()
    check_has_weights(run)
