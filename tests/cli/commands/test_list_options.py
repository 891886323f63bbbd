"""`cnnlab list`: every option, one line each, with what it sets."""

import re
import subprocess
import sys

import pytest

from cnnlab.cli.main import main
from cnnlab.config.conf_files import GLOBAL
from cnnlab.config.options import groups

GROUPS = (*groups(), *GLOBAL)


def test_every_group_is_one_line_of_80_columns(capsys):
    assert main(["list"]) == 0
    *lines, empty, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*GROUPS]
    assert max(map(len, lines)) <= 80
    assert (empty, last.split()) == ("", ["each", "with", "a", "line:", "cnnlab", "list", "optimizer"])
    (of_losses,) = (line for line in lines if line.startswith("scale "))
    assert of_losses.split() == ["scale", "full,", "half,", "small,", "smoke"]
    (of_backbones,) = (line for line in lines if line.startswith("backbone "))
    assert re.search(r" and \d+ more$", of_backbones)


def test_options_whose_names_do_not_fit_are_counted(tmp_path, capsys):
    (tmp_path / "scale").mkdir()
    for number in range(2):
        (tmp_path / "scale" / f"{'a' * 90}{number}.yaml").write_text("# @package _global_\n# Own.\n")
    assert main(["list", "--config-dir", str(tmp_path)]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("scale "))
    assert re.fullmatch(r"scale          a+…a+0 and 5 more", line)
    assert len(line) == 80


def test_option_that_is_taken_for_a_group_is_told(capsys):
    assert main(["list", "adam"]) == 2
    assert capsys.readouterr().err == "list: 'adam' is an option of optimizer. See: cnnlab list optimizer\n"


def test_group_shows_its_options_with_explanation_and_values(capsys):
    assert main(["list", "scheduler"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "scheduler",
        "  constant     The learning rate stays, after the warm-up.",
        "               warmup_epochs=0",
    ]


def test_steps_with_options_are_shown_by_their_names(capsys):
    assert main(["list", "augmentation"]) == 0
    assert "steps=[affine,sharpness,color_jitter,horizontal_flip]" in capsys.readouterr().out


def test_study_is_explained_by_its_question(capsys):
    assert main(["list", "experiment"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert " optimizers Does Adam beat momentum and plain SGD" in out
    assert out.endswith("whose claims are studied here again; docs/studies.md has the results.")


def test_scale_is_explained_by_the_head_of_its_file(capsys):
    assert main(["list", "scale"]) == 0
    assert "  small  A study in minutes on two cores" in capsys.readouterr().out


def test_unknown_group_names_the_nearest(capsys):
    assert main(["list", "optimiser"]) == 2
    known = ", ".join(sorted(GROUPS))
    message = f"list: unknown group 'optimiser'. Did you mean 'optimizer'? Known: {known}.\n"
    assert capsys.readouterr().err == message


def test_options_of_an_own_folder_are_listed_and_ours_keep_their_names(tmp_path, capsys):
    (tmp_path / "optimizer").mkdir()
    (tmp_path / "optimizer" / "mine.yaml").write_text("name: momentum\nlr: 0.5\nbetas: [0.9, 0.99]\n")
    (tmp_path / "optimizer" / "sgd.yaml").write_text("name: sgd\nlr: 77\n")
    assert main(["list", "optimizer", "--config-dir", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^  mine +Stochastic gradient descent with momentum", text, re.MULTILINE)
    assert "lr=0.5 betas=[0.9,0.99]\n" in text
    assert "77" not in text


def test_own_folder_that_is_not_there_is_named(capsys):
    assert main(["list", "--config-dir", "nowhere"]) == 2
    assert capsys.readouterr().err == "--config-dir: no folder 'nowhere'.\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"name: [\n", "cannot be read as YAML."),
        (b"name: \xff\n", "cannot be read as YAML."),
        (b"- a\n- b\n", "must hold keys and values, got ['a', 'b']."),
    ],
)
def test_broken_file_is_named(tmp_path, capsys, content, problem):
    (tmp_path / "loss").mkdir()
    (tmp_path / "loss" / "mine.yaml").write_bytes(content)
    assert main(["list", "loss", "--config-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"{tmp_path}/loss/mine.yaml: {problem}")


def test_pattern_chooses_options_and_timms_networks_are_asked_for_by_theirs(capsys):
    assert main(["list", "backbone", "resnet1*"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  r")]
    assert names == ["resnet101", "resnet152", "resnet18"]
    assert main(["list", "backbone", "timm/test_v*"]) == 0
    lines = capsys.readouterr().out.split()
    assert {"timm/test_vit", "timm/test_vit.r160_in1k"} <= set(lines)
    assert all(line.startswith("timm/test_v") for line in lines[1:])


def test_pattern_that_nothing_fits_names_the_nearest(capsys):
    assert main(["list", "backbone", "timm/tset_vit"]) == 2
    message = (
        "list: no backbone fits 'timm/tset_vit'. Did you mean 'timm/test_vit'? All of them: cnnlab list backbone\n"
    )
    assert capsys.readouterr().err == message
    assert main(["list", "backbone", "resnet19"]) == 2
    assert capsys.readouterr().err.startswith("list: no backbone fits 'resnet19'. Did you mean 'resnet1")


def test_timm_is_imported_for_its_own_networks_alone():
    code = (
        "import sys\nfrom cnnlab.cli.main import main\nmain(['list', 'backbone'])\n"
        "print({'torch', 'timm', 'huggingface_hub'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "set()"
