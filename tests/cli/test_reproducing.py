"""`cnnlab reproduce`: a study is run again beside the shipped results."""

import csv
import subprocess
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli import reproducing
from cnnlab.comparison.reproduction import read_reference
from cnnlab.config.conf_files import EXPERIMENT, conf_dir
from tests.conftest import SMALL_DATA

pytestmark = pytest.mark.usefixtures("in_empty_folder")
TINY = (*SMALL_DATA, "dataset.image_size=8", "model.width=0.05", "epochs=1", "batch_size=16", "hydra/launcher=basic")


def main(*words):
    return reproducing.main(words, Stop())


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Give a tiny study shipped results, of an accuracy that no run of it has."""
    words = " ".join(["cnnlab -m optimizer=sgd,adam seed=0,1 study=tiny", *TINY])
    (tmp_path / "tiny.csv").write_text(
        f"# {words}\n# a machine\narm,seed,run_id,test_accuracy\n"
        + "".join(f"optimizer={name},{seed},x,2.0\n" for name in ("sgd", "adam") for seed in (0, 1))
    )
    monkeypatch.setattr(reproducing, "results_dir", lambda: tmp_path)
    return tmp_path / "tiny.csv"


def test_study_is_run_and_each_arm_judged(shipped, capsys):
    assert main("tiny", "threads=1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "2 different." in lines
    assert lines[-1] == "open     outputs/tiny/report.html"
    rows = csv.DictReader(Path("outputs/tiny/results.csv").read_text().splitlines())
    now = {(f"optimizer={row['optimizer']}", row["seed"]): row["test_accuracy"] for row in rows}
    text = shipped.read_text()
    for (arm, seed), accuracy in now.items():
        text = text.replace(f"{arm},{seed},x,2.0", f"{arm},{seed},x,{accuracy}")
    shipped.write_text(text)
    assert main("tiny") == 0
    assert "2 identical." in capsys.readouterr().out.splitlines()


def test_key_takes_the_place_of_the_one_that_came_along(shipped, unmeasured, capsys):
    shipped.write_text(shipped.read_text().replace("study=tiny", "study=tiny data_dir=theirs"))
    assert main("tiny", "data_dir=mine", "plan=true") == 0
    assert "data_dir: given 2 times" not in capsys.readouterr().err


def test_plan_says_what_would_run_and_judges_nothing(shipped, unmeasured, capsys):
    assert main("tiny", "plan=true") == 0
    assert "different" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("tiny", "epochs=3"),
            r"^reproduce: takes keys of the machine and of where images and weights are, got epochs=3",
        ),
        (
            ("tiny", "fast"),
            r"^reproduce: takes keys of the machine and of where images and weights are, got fast, w",
        ),
        (("tinny",), r"^reproduce: unknown study 'tinny'\. Did you mean 'tiny'\?"),
        (("depth_grid",), r"no results of depth_grid are shipped\. Run it: cnnlab -m experiment=depth_grid$"),
    ],
)
@pytest.mark.usefixtures("shipped")
def test_what_would_make_another_study_is_refused(words, message):
    with pytest.raises(ConfigError, match=message):
        main(*words)


def test_console_script_names_the_studies_whose_results_came_along():
    done = subprocess.run(["cnnlab", "reproduce"], capture_output=True, text=True, check=True)
    for path in reproducing.results_dir().glob("*.csv"):
        reference = read_reference(path)
        assert f"{path.stem}: {len(reference.accuracies)} arms x {len(reference.seeds)} seeds\n" in done.stdout
        assert (conf_dir() / EXPERIMENT / f"{path.stem}.yaml").is_file()
        assert f"experiment={path.stem}" in reference.about[0].split()
