"""A composed configuration in plain values."""

from cnnlab.cli.main import main
from tests.option_maker import own_option
from tests.sweeps.sweep_maker import study


def test_references_between_keys_are_resolved(trained):
    assert main(["train", "dataset.split_seed=${seed}", "seed=4"]) == 0
    assert trained[0][0]["dataset"]["split_seed"] == 4
    assert trained[0][1] == ["dataset.split_seed=${seed}", "seed=4"]


def test_plugins_count_on_the_command_line_only(trained, capsys):
    own = own_option("experiment/mine.yaml", "# @package _global_\nplugins: [parts.py]\n")
    assert main(["experiment=mine", *own]) == 2
    expected = "plugins: count on the command line only. If you trust the files, type 'plugins=[parts.py]'.\n"
    assert capsys.readouterr().err == expected
    assert main(["experiment=mine", *own, "plugins=[parts.py]"]) == 0
    assert trained[0][0]["plugins"] == ["parts.py"]


def test_plugins_of_a_study_are_refused_for_every_run(swept, capsys):
    assert main(["-m", *study("plugins: [parts.py]\n"), "seed=0,1"]) == 2
    expected = "plugins: count on the command line only. If you trust the files, type 'plugins=[parts.py]'.\n"
    assert capsys.readouterr().err == expected
    assert swept == []
