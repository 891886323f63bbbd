import subprocess
import sys

from cnnlab.config.conf_files import Option, read_options


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
