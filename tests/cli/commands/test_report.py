"""`cnnlab report`: which runs or studies are shown, and what is said where there are none."""

import errno

import pytest

from cnnlab.cli.main import main
from cnnlab.comparison import figures
from cnnlab.outputs.files import OUTPUTS, RUNS
from tests.comparison.study_maker import write_run, write_study
from tests.sweeps.tuning.tuning_maker import written


@pytest.fixture(autouse=True)
def _width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    """Take the place of drawing, which takes seconds; return the studies whose pictures were asked for."""
    studies = []
    monkeypatch.setattr(figures, "draw_all", lambda comparison, _: studies.append(comparison.folder.path.name))
    return studies


def shown(capsys, *args):
    assert main(["report", *args]) == 0
    return capsys.readouterr().out.splitlines()


def test_no_runs_is_said_in_one_line_that_helps(capsys):
    assert shown(capsys) == ["no runs in outputs/runs. Train one: cnnlab train"]


def test_one_run_is_shown_by_folder_id_or_beginning_of_its_id(capsys):
    write_run("abc")
    write_run("xyz")
    for text in ("outputs/runs/abc", "abc", "ab"):
        assert shown(capsys, text)[1].split()[0] == "abc"


def test_one_run_says_again_what_it_said_at_its_end(capsys):
    folder = write_run("abc")
    (folder.path / "plots").mkdir()
    (folder.path / "plots" / "confusion.png").touch()
    lines = shown(capsys, "abc")
    assert "test          0.5000        90 %   90 of 100; 95 % interval 83 to 94" in lines
    assert lines[-1] == "open     outputs/runs/abc/plots/confusion.png"


def test_run_that_did_not_finish_says_why(capsys):
    write_run("abc", state="failed", reason="boom")
    assert shown(capsys, "abc")[2:] == ["  boom", "open     outputs/runs/abc"]


def test_run_that_does_not_exist_names_the_nearest(capsys):
    write_run("cnn6-adam-s0")
    assert main(["report", "cnn6-adma-s0"]) == 2
    expected = "run: unknown 'cnn6-adma-s0'. The nearest of 1: cnn6-adam-s0. See: cnnlab report\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    ("typed", "meant"), [("optim", "'optimizer' or 'optimizer-2'"), ("losses", "'loss'"), ("optimizers", "'optimizer'")]
)
def test_study_that_does_not_exist_names_the_one_that_is_meant(capsys, typed, meant):
    write_run("cnn6-adam-s0")
    for name in ("optimizer", "optimizer-2", "loss"):
        write_study({"a": [0.5]}, name=name)
    assert main(["report", typed]) == 2
    assert capsys.readouterr().err == f"report: no study or run '{typed}'. Did you mean {meant}?\n"


ARMS = {"optimizer=sgd": [0.70, 0.71, 0.72, 0.71, 0.70], "optimizer=adam": [0.75, 0.74, 0.78, 0.76, 0.74]}


@pytest.mark.parametrize("name", ["trial", "outputs/trial"])
def test_study_is_compared_by_name_or_folder(name, drawn, capsys):
    write_study(ARMS)
    lines = shown(capsys, name)
    assert lines[1] == "adam      *  5  75.40  75.40 ± 2.08  +4.60 ± 1.42  better"
    assert lines[-1] == "open     outputs/trial/report.html"
    assert (OUTPUTS / "trial" / "comparison.csv").is_file()
    assert drawn == ["trial"]


def test_study_elsewhere_is_compared_with_the_runs_beside_it(monkeypatch, capsys, folder):
    write_study(ARMS)
    (folder / "other").mkdir()
    monkeypatch.chdir(folder / "other")
    lines = shown(capsys, "../outputs/trial")
    assert lines[1] == "adam      *  5  75.40  75.40 ± 2.08  +4.60 ± 1.42  better"
    assert lines[-3].startswith("next     cnnlab predict ../outputs/runs/trial-arm1-s2 IMAGE...")
    monkeypatch.chdir(folder / "outputs" / "trial")
    assert shown(capsys, ".")[1] == lines[1]


def test_tuning_is_shown_as_one_and_compares_no_arms(folder, capsys):
    written(folder)
    lines = shown(capsys, "mine")
    assert lines[0].startswith("trial")
    assert lines[-1] == "open     outputs/mine/report.html"
    assert main(["report", "mine", "--baseline", "sgd"]) == 2
    assert capsys.readouterr().err == "report: mine is a tuning, which compares no arms. Leave the flags out.\n"


def test_comparison_without_a_run_takes_the_place_of_none(capsys):
    study = write_study(ARMS)
    shown(capsys, "trial")
    before = study.read_rows("comparison.csv")
    RUNS.rename("elsewhere")
    assert main(["report", "trial"]) == 1
    assert capsys.readouterr().err == (
        "outputs/trial: none of its 10 runs is in outputs/runs. Nothing was written. Put them back, or repeat the "
        "sweep: cnnlab -m optimizer=sgd,adam seed=0,1,2\n"
    )
    assert study.read_rows("comparison.csv") == before


def test_run_that_was_moved_away_is_named(capsys):
    study = write_study(ARMS)
    study.run("trial-arm1-s3").path.rename("elsewhere")
    told = " ".join(" ".join(shown(capsys, "trial")).split())
    assert "1 run is still missing: adam (seed 3). What is said here may change." in told


def test_several_runs_are_compared_grouped_by_their_settings(capsys):
    for seed in (0, 1):
        write_run(f"a{seed}", seed=seed, optimizer={"name": "sgd"})
        write_run(f"b{seed}", seed=seed, optimizer={"name": "adam"})
    lines = shown(capsys, "a0", "a1", "b0", "b1")
    assert [line.split()[0] for line in lines[:3]] == ["optimizer", "sgd", "adam"]
    assert lines[-1] == "open     outputs/comparison/report.html"


def test_report_that_cannot_be_saved_is_printed_all_the_same(monkeypatch, capsys):
    write_study(ARMS)

    def full(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("cnnlab.outputs.files.write_text", full)
    assert main(["report", "trial"]) == 1
    out, err = capsys.readouterr()
    assert "sgd" in out
    assert err.startswith("outputs/trial: cannot be written (Read-only file system). Work in a writable folder")


def test_other_baseline_and_markdown(capsys):
    write_study(ARMS)
    lines = shown(capsys, "trial", "--baseline", "adam", "--format", "markdown")
    assert lines[0].startswith("| optimizer | n |")
    assert lines[3] == "| sgd | 5 | 70.80 | 70.80 ± 1.24 | -4.60 ± 1.42 | &lt; 0.001 | worse | 2.0 |"


def test_latex_is_printed_for_a_paper(capsys):
    write_study(ARMS)
    lines = shown(capsys, "trial", "--format", "latex")
    assert lines[1] == r"\begin{table}"
    assert lines[-1] == r"\end{table}"


def test_table_of_all_runs_names_the_studies(capsys):
    write_study(ARMS)
    assert shown(capsys)[:3] == ["studies  trial", "         compare: cnnlab report trial", ""]


def test_runs_are_chosen_by_what_they_have(capsys):
    write_run("a", epochs=3)
    write_run("b", epochs=5)
    assert [line.split()[0] for line in shown(capsys, "epochs=5")] == ["run", "b", "open"]
    assert shown(capsys, "epochs=7") == ["none of 2 runs fits epochs=7. All of them: cnnlab report --all"]


def test_newest_runs_are_shown_unless_all_are_asked_for(capsys):
    for number in range(22):
        write_run(f"r{number}")
    assert "and 2 older: cnnlab report --all, or choose: cnnlab report dataset=digits" in shown(capsys)
    assert len(shown(capsys, "--all")) == 24


WRONG = [
    (["trial", "seed=0"], "report: seed=0 chooses among all runs, got trial too. Leave one of the two out."),
    (["trial", "other"], "report: takes one study, or several runs, got trial other."),
    (["trial", "--baseline", "x"], "baseline: unknown arm 'x'. Known: optimizer=adam, optimizer=sgd."),
    (["--baseline", "x"], "report: --baseline and --format need what is to be compared: a study, or several runs."),
    (["--no-titles"], "report: --figures-width and --no-titles need a study, or several runs, to draw."),
    *(
        (
            ["trial", "--figures-width", text],
            "--figures-width: must be a number of inches from 2.5 to 15, got "
            f"{text}. A column of a paper has about 3.3, a page 7.",
        )
        for text in ("0", "wide", "100", "nan")
    ),
]


@pytest.mark.parametrize(("args", "message"), WRONG)
def test_wrong_words_are_answered_by_one_line(args, message, capsys):
    write_study(ARMS)
    assert main(["report", *args]) == 2
    assert capsys.readouterr().err == f"{message}\n"
