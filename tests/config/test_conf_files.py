import subprocess
import sys

import pytest

from cnnlab.config.conf_files import GLOBAL, Option, conf_dir, read_options
from cnnlab.config.options import groups


def test_files_are_found_without_torch_and_without_yaml():
    code = (
        "import sys, cnnlab.config.conf_files as files; files.conf_dir(); print({'torch', 'yaml'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_file_of_the_first_folder_counts(tmp_path):
    for folder, rate in (("ours", 1), ("own", 2)):
        (tmp_path / folder / "optimizer").mkdir(parents=True)
        (tmp_path / folder / "optimizer" / "sgd.yaml").write_text(f"defaults: [x]\nname: sgd\nlr: {rate}\n")
    (option,) = read_options("optimizer", [tmp_path / "ours", tmp_path / "own"])
    assert option.values == {"lr": 1}


def test_option_whose_name_is_no_text_is_explained_by_nothing(tmp_path):
    (tmp_path / "loss").mkdir()
    (tmp_path / "loss" / "mine.yaml").write_text("name: [mse]\n")
    assert read_options("loss", [tmp_path]) == [Option("mine", "", {})]


def test_conf_holds_yaml_and_results_that_came_along():
    files = [path for path in conf_dir().rglob("*") if path.is_file()]
    assert {path.suffix for path in files if path.parent.name != "results"} == {".yaml"}
    assert {path.suffix for path in files if path.parent.name == "results"} == {".csv"}


@pytest.mark.parametrize("group", [*groups(), *GLOBAL])
def test_every_file_of_a_group_is_an_option(group):
    names = [option.name for option in read_options(group, [conf_dir()])]
    assert names == sorted(path.stem for path in (conf_dir() / group).glob("*.yaml"))
