"""What only the words of a command line may bring."""

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from cnnlab.base.errors import ConfigError
from cnnlab.cli.consent import check_factories
from cnnlab.cli.main import main
from tests.option_maker import own_option
from tests.sweeps.sweep_maker import study

OF_PLUGINS = "plugins: count on the command line only. If you trust the files, type 'plugins=[parts.py]'.\n"
FACTORY = "{_target_: cnnlab.config.plugins.load_plugins, paths: [parts.py]}"
OF_FACTORY = (
    "hydra.{}: names code, which counts on the command line only, got {}. "
    "Type it if you trust it, else take it out of the file.\n"
)


def test_plugins_count_on_the_command_line_only(trained, capsys):
    own = own_option("experiment/mine.yaml", "# @package _global_\nplugins: [parts.py]\n")
    assert main(["experiment=mine", *own]) == 2
    assert capsys.readouterr().err == OF_PLUGINS
    assert main(["experiment=mine", *own, "plugins=[parts.py]"]) == 0
    assert trained[0][0]["plugins"] == ["parts.py"]


def test_plugins_of_a_study_are_refused_for_every_run(swept, capsys):
    assert main(["-m", *study("plugins: [parts.py]\n"), "seed=0,1"]) == 2
    assert capsys.readouterr().err == OF_PLUGINS
    assert swept == []


@pytest.mark.parametrize(
    "sweeper", ["arms: {a: ['plugins=[parts.py]']}", "params: {plugins: '[parts.py]', seed: '0,1'}"]
)
def test_plugins_of_arms_and_parameters_never_run(sweeper, capsys):
    Path("parts.py").write_text("open('RAN', 'w')\n")
    words = study(f"hydra: {{sweeper: {{{sweeper}}}}}\n")
    assert main(["-m", *words, "plan=true"]) == 2
    assert capsys.readouterr().err == OF_PLUGINS
    assert not Path("RAN").exists()


@pytest.mark.parametrize(
    ("file", "where", "value"),
    [
        (f"callbacks: {{x: {FACTORY}}}", "callbacks.x._target_", "cnnlab.config.plugins.load_plugins"),
        ("callbacks: {x: {_target_: '${study}'}}\nstudy: a.b", "callbacks.x._target_", "a.b"),
        (
            f"callbacks: '${{mine}}'\nmine: {{x: {FACTORY}}}",
            "callbacks.x._target_",
            "cnnlab.config.plugins.load_plugins",
        ),
        (f"sweeper: {{arms: {{a: {FACTORY}}}}}", "sweeper.arms.a._target_", "cnnlab.config.plugins.load_plugins"),
        ("job_logging: {root: {handlers: []}, filters: {y: {'()': a.b}}}", "job_logging.filters.y.()", "a.b"),
        ("job_logging: {handlers: {y: {class: a.B}}}", "job_logging.handlers.y.class", "a.B"),
        ("hydra_logging: {filters: {y: {x: 'ext://a.b'}}}", "hydra_logging.filters.y.x", "ext://a.b"),
        ("job_logging: {filters: '${hydra:help}'}", "job_logging.filters", "${hydra:help}"),
        ("job: {env_set: {LD_PRELOAD: a.so}}", "job.env_set.LD_PRELOAD", "a.so"),
    ],
)
@pytest.mark.parametrize("flags", [[], ["-m", "seed=0,1"]])
def test_nothing_that_a_file_names_is_called(trained, swept, capsys, file, where, value, flags):
    node, _, more = file.partition("\n")
    Path("parts.py").write_text("open('RAN', 'w')\n")
    assert main([*flags, *study(f"hydra: {{{node}}}\n{more}\n"), "plan=true"]) == 2
    assert OF_FACTORY.format(where, value) in capsys.readouterr().err
    assert (trained, swept, Path("RAN").exists()) == ([], [], False)


def test_what_an_arm_has_hydra_call_is_refused(swept, capsys):
    arms = "hydra: {sweeper: {arms: {a: ['++hydra.callbacks.x._target_=a.b']}}}\n"
    assert main(["-m", *study(arms)]) == 2
    assert capsys.readouterr().err == OF_FACTORY.format("callbacks.x._target_", "a.b")
    assert swept == []


@pytest.mark.parametrize(
    ("file", "where", "value"),
    [
        ("runtime_env: {pip: [evil]}", "runtime_env.pip.0", "evil"),
        ("runtime_env: {env_vars: {LD_PRELOAD: a.so}}", "runtime_env.env_vars.LD_PRELOAD", "a.so"),
        ("address: 'ray://evil:10001'", "address", "ray://evil:10001"),
    ],
)
def test_cluster_and_what_it_sets_up_count_on_the_command_line_only(file, where, value):
    config = OmegaConf.create(f"hydra: {{launcher: {{{file}}}}}")
    with pytest.raises(ConfigError, match=re.escape(OF_FACTORY.format(f"launcher.{where}", value).strip())):
        check_factories(config, ["hydra/launcher=ray"])
    key = where.partition(".")[0]
    check_factories(config, [f"hydra.launcher.{key}={{{value}}}"])


@pytest.mark.parametrize("address", ["null", "auto"])
def test_cluster_of_this_machine_may_stand_in_a_study(address):
    check_factories(OmegaConf.create(f"hydra: {{launcher: {{address: {address}, runtime_env: {{}}}}}}"), [])


@pytest.mark.parametrize("word", ["++hydra.callbacks.x._target_=a.b", "hydra.callbacks={x:{_target_:a.b}}"])
def test_a_factory_counts_where_its_name_is_typed(word):
    config = OmegaConf.create({"hydra": {"callbacks": {"x": {"_target_": "a.b"}}}})
    check_factories(config, [word])
    with pytest.raises(ConfigError, match=r"hydra\.callbacks\.x\._target_: names code, .*, got a\.b\. Type it"):
        check_factories(config, [word.replace("x", "y").replace("a.b", "a.c")])
