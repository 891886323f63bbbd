"""Hydra's side of a sweep: which runs its words and its study ask for, in which order."""

import shlex
from dataclasses import replace

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl

from cnnlab.cli import main as cli
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import Study, StudyFolder
from cnnlab.sweeps.tuning.tuned import read_tuned
from tests.sweeps.sweep_maker import NAMED_ARMS, main, study

pytestmark = pytest.mark.usefixtures("swept")


def test_seeds_are_outermost_and_the_rest_is_in_the_order_typed(swept):
    assert main(["-m", "seed=1,0", "optimizer=sgd,adam"]) == 0
    assert swept == [("sgd", "relu", 1), ("adam", "relu", 1), ("sgd", "relu", 0), ("adam", "relu", 0)]


def test_each_choice_of_parts_is_composed_once_for_the_sweep_and_its_launcher(monkeypatch):
    composed, compose = [], ConfigLoaderImpl.load_sweep_config
    monkeypatch.setattr(
        ConfigLoaderImpl, "load_sweep_config", lambda *args: composed.append(args[-1]) or compose(*args)
    )
    assert main(["-m", "optimizer=sgd,adam", "seed=0,1"]) == 0
    assert len(composed) == 2


@pytest.mark.parametrize(
    ("values", "names"),
    [("optimizer=glob(adam*)", ["adam", "adamw"]), ("optimizer=choice(sgd,adam)", ["sgd", "adam"])],
)
def test_values_may_be_given_as_glob_or_choice(values, names, swept):
    assert main(["-m", values]) == 0
    assert [name for name, *_ in swept] == names


def test_range_of_seeds(swept):
    assert main(["-m", "seed=range(3)"]) == 0
    assert [seed for *_, seed in swept] == [0, 1, 2]


def test_single_values_alone_are_a_sweep_of_one_run(swept):
    assert main(["-m", "seed=4"]) == 0
    assert swept == [("adam", "relu", 4)]


def test_study_brings_its_grid(swept):
    assert main(["-m", *study('hydra: {sweeper: {params: {activation: "relu,gelu", seed: "0,1"}}}')]) == 0
    assert swept == [("adam", "relu", 0), ("adam", "gelu", 0), ("adam", "relu", 1), ("adam", "gelu", 1)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("seed=7", [("adam", "relu", 7), ("adam", "gelu", 7)]),
        ("activation=tanh seed=5,6", [("adam", "tanh", 5), ("adam", "tanh", 6)]),
        (
            "optimizer=sgd,adam seed=0",
            [("sgd", "relu", 0), ("adam", "relu", 0), ("sgd", "gelu", 0), ("adam", "gelu", 0)],
        ),
        ("~hydra.sweeper.params.activation", [("adam", "relu", 0), ("adam", "relu", 1)]),
    ],
)
def test_what_is_typed_beats_the_grid_of_a_study(typed, expected, swept):
    words = study('hydra: {sweeper: {params: {activation: "relu,gelu", seed: "0,1"}}}')
    assert main(["-m", *words, *typed.split()]) == 0
    assert sorted(swept) == sorted(expected)


@pytest.mark.parametrize("words", ["optimizer=sgd,adam", "optimizer=sgd,adam margin=50"])
def test_until_decided_chooses_the_seeds(words, swept):
    assert main(["-m", *words.split(), "until=decided", "max_seeds=5"]) == 0
    assert swept == [(name, "relu", seed) for seed in range(5) for name in ("sgd", "adam")]


def test_until_decided_takes_the_place_of_a_studys_own_seeds(swept):
    words = study('until: decided\nhydra: {sweeper: {params: {activation: "relu,gelu", seed: "7,8"}}}')
    assert main(["-m", *words, "max_seeds=2"]) == 0
    assert swept == [("adam", name, seed) for seed in (0, 1) for name in ("relu", "gelu")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("optimizer=sgd,adam seed=0,1 until=decided", "until: decided chooses the seeds itself. Leave seed= out.\n"),
        ("optimizer=sgd until=decided", "until: decided compares arms, got one. Sweep over something: "),
        ("optimizer=sgd,adam max_seeds=9", "max_seeds: goes with until=decided, got 9. Add until=decided.\n"),
        ("optimizer=sgd,adam until=now", "until: unknown 'now'. Known: decided"),
    ],
)
def test_what_does_not_go_with_until_decided_is_refused(words, message, swept, capsys):
    assert main(["-m", *words.split()]) == 2
    assert capsys.readouterr().err.startswith(message)
    assert swept == []


def folds_of(name):
    rows = StudyFolder.named(name).read_grid()
    return [(row.arm, row.fold, row.seed, row.overrides) for row in rows]


def test_cross_validation_trains_every_arm_once_per_fold(swept):
    assert main(["-m", "optimizer=sgd,adam", "cross_validation=3", "seed=4"]) == 0
    assert folds_of("optimizer-fold") == [
        (f"optimizer={name}", fold, "4", f"optimizer={name} dataset.fold={fold}")
        for fold in "123"
        for name in ("sgd", "adam")
    ]
    assert len(swept) == 6


@pytest.mark.parametrize("text", ["cross_validation: 2", 'hydra: {sweeper: {params: {cross_validation: "2"}}}'])
def test_study_may_cross_validate_unless_the_command_says_otherwise(text, swept):
    words = study(f"study: s\n{text}")
    assert main(["-m", *words, "optimizer=sgd"]) == 0
    assert [fold for _, fold, *_ in folds_of("s-fold")] == ["1", "2"]
    assert main(["-m", *words, "optimizer=sgd", "cross_validation=null"]) == 0
    assert [fold for _, fold, *_ in folds_of("s")] == [""]


def test_folds_of_one_arm_are_a_study_too(swept):
    assert main(["-m", "cross_validation=2"]) == 0
    assert [row[:2] for row in folds_of("fold")] == [("", "1"), ("", "2")]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("cross_validation=1", "cross_validation: must be in 2 to 20, got 1 (null turns it off)."),
        ("cross_validation=5,10", "cross_validation: must be a whole number, got '5,10' (null turns it off)."),
        (
            "cross_validation=5 seed=0,1",
            "seed: one for all folds, which take the place of seeds, got seed=0,1. Give one: seed=0.",
        ),
        (
            "dataset.folds=5 dataset.fold=1 seed=0,1",
            "seed: one for all folds, which take the place of seeds, got seed=0,1. Give one: seed=0.",
        ),
        (
            "cross_validation=5 optimizer=sgd,adam until=decided",
            "until: decided adds seeds, where the number of folds is fixed. Leave one of the two out.",
        ),
        (
            "cross_validation=5 dataset.fold=2",
            "cross_validation: sets dataset.folds and dataset.fold, got dataset.fold=2 too. Leave one of the two out.",
        ),
    ],
)
def test_folds_that_cannot_be_are_refused(typed, message, swept, capsys):
    assert main(["-m", *typed.split()]) == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_two_studies_at_once_are_refused(capsys):
    assert main(["-m", "experiment=optimizers,other"]) == 2
    assert "experiment: one study at a time, each brings its own sweep.\n" in capsys.readouterr().err


def test_arms_of_a_switch_are_called_as_typed():
    assert main(["-m", "watch_test=true,false", "baseline=false", "study=switch"]) == 0
    assert [row.arm for row in StudyFolder.named("switch").read_grid()] == ["watch_test=true", "watch_test=false"]


def test_study_keeps_its_question_and_the_command():
    text = "study: depth\nbaseline: optimizer=adam\nreported: {optimizer=sgd: {test_accuracy: 0.5}}\n"
    words = study(f"# cnnlab -m experiment=mine\n# Is it so?\n{text}")
    assert main(["-m", *words, "optimizer=sgd,adam"]) == 0
    kept = StudyFolder.named("depth").read_study()
    assert kept.asked is not None
    assert replace(kept, asked=None) == Study(
        "depth", "cnnlab -m --config-dir own experiment=mine optimizer=sgd,adam plots=false",
        question="Is it so?", baseline="optimizer=adam", reported={"optimizer=sgd": {"test_accuracy": 0.5}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", [("sgd", "tanh", 0), ("adam", "relu", 0), ("sgd", "tanh", 1), ("adam", "relu", 1)]),
        ("seed=7", [("sgd", "tanh", 7), ("adam", "relu", 7)]),
        ("arm=fast", [("adam", "relu", 0), ("adam", "relu", 1)]),
        ("arm=fast,slow seed=0", [("adam", "relu", 0), ("sgd", "tanh", 0)]),
        ("activation=gelu seed=0", [("sgd", "gelu", 0), ("adam", "gelu", 0)]),
        ("activation=gelu,elu seed=0", [(o, a, 0) for a in ("gelu", "elu") for o in ("sgd", "adam")]),
    ],
)
def test_named_arms_are_run_with_every_value_and_what_is_typed_beats_them(typed, expected, swept):
    assert main(["-m", *study(NAMED_ARMS), *typed.split()]) == 0
    assert swept == expected


def test_points_of_named_arms_carry_the_name():
    main(["-m", *study(f"study: s\n{NAMED_ARMS}"), "activation=gelu,elu", "seed=0"])
    rows = StudyFolder.named("s").read_grid()
    assert [row.arm for row in rows] == [f"{arm} activation={a}" for a in ("gelu", "elu") for arm in ("slow", "fast")]
    assert rows[0].overrides == "optimizer=sgd activation=gelu"


def test_arms_whose_names_have_blanks_and_commas_are_chosen_between_quotes(swept):
    arms = '{"plain sgd": [optimizer=sgd], "adam, no decay": [optimizer=adam], other: []}'
    words = study(f"study: s\nhydra:\n  sweeper:\n    arms: {arms}\n    params: {{seed: '0,1'}}\n")
    assert main(["-m", *words, 'arm="adam, no decay",plain sgd']) == 0
    assert [row.arm for row in StudyFolder.named("s").read_grid()] == ["adam, no decay", "plain sgd"] * 2


@pytest.mark.parametrize(
    ("word", "quoted"), [("baseline=sgd, relu", 'baseline="sgd, relu"'), ("study=a,b", 'study="a,b"')]
)
@pytest.mark.parametrize("command", [["-m"], ["tune"]])
def test_what_is_said_of_the_whole_sweep_is_not_swept(command, word, quoted, swept, capsys):
    assert main([*command, "optimizer=sgd,adam", word]) == 2
    key, _, given = word.partition("=")
    assert capsys.readouterr().err == (
        f"{key}: applies to the whole sweep, got {given}. Give one value; one with a comma goes in quotes: '{quoted}'\n"
    )


def test_baseline_with_a_comma_stands_between_quotes(swept):
    assert main(["-m", "optimizer=sgd,adam", "activation=relu,tanh", 'baseline="adam, tanh"', "study=s"]) == 0
    assert StudyFolder.named("s").read_study().baseline == "optimizer=adam activation=tanh"


def test_unknown_arm_names_the_nearest(capsys):
    assert main(["-m", *study(NAMED_ARMS), "arm=fats,slow"]) == 2
    assert capsys.readouterr().err == "arm: unknown 'fats'. Did you mean 'fast'? Known: fast, slow.\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "arms: {fast: optimizer=sgd seed=1}",
            "arms.fast: must be a list of overrides, got 'optimizer=sgd seed=1'. Write fast: [optimizer=sgd, seed=1]",
        ),
        (
            "arms: {fast: {optimizer: sgd}}",
            "arms.fast: must be a list of overrides, got '{'optimizer': 'sgd'}'. Write fast: [optimizer=sgd]",
        ),
        (
            "arms: {fast: [optimizer: sgd, seed=1]}",
            "arms.fast: must be a list of overrides, got '{'optimizer': 'sgd'}'. Write fast: [optimizer=sgd, seed=1]",
        ),
        ("arms: {fast: [sgd]}", "arms.fast: must be a list of overrides, got 'sgd'. Write fast: [<key>=sgd]"),
        ("arms: {fast: 3}", "arms.fast: must be a list of overrides, got '3'. Write fast: [<key>=3]"),
        (
            "params: {seed: [0, 1]}",
            'params.seed: must be text, as typed behind seed=, got [0, 1]. Write "0,1" to sweep over the values, '
            '"[0,1]" for one list.',
        ),
    ],
)
def test_arms_and_params_that_are_written_otherwise_are_refused_with_the_right_spelling(text, message, swept, capsys):
    assert main(["-m", *study(f"study: s\nhydra: {{sweeper: {{{text}}}}}")]) == 2
    assert capsys.readouterr().err == f"hydra.sweeper.{message}\n"
    assert swept == []


def test_number_or_switch_of_yaml_is_a_value(swept):
    assert (
        main(["-m", *study("study: s\nhydra: {sweeper: {params: {seed: 3, watch_test: true, patience: null}}}")]) == 0
    )
    assert swept == [("adam", "relu", 3)]


def test_variable_of_the_environment_may_be_a_number(swept, monkeypatch):
    monkeypatch.setenv("EPOCHS", "3")
    monkeypatch.setenv("WATCH", "true")
    assert main(["-m", "seed=2", "epochs=${oc.env:EPOCHS}", "watch_test=${oc.env:WATCH}"]) == 0
    (folder,) = RUNS.glob("*")
    config = RunFolder(folder).read_config()
    assert (config["epochs"], config["watch_test"]) == (3, True)


def test_arms_can_be_chosen_only_where_they_have_names(capsys):
    assert main(["-m", "arm=fast", "seed=0,1"]) == 2
    assert capsys.readouterr().err == "arm: this sweep has no named arms, got fast. They come with a study.\n"


ZIPPED = ("optimizer=sgd,adam", "optimizer.lr=0.1,0.001", "zip=optimizer,optimizer.lr")


def test_zipped_axes_go_in_step_and_seeds_stay_outermost(swept):
    assert main(["-m", *ZIPPED, "activation=relu,tanh", "seed=0,1"]) == 0
    assert swept == [(o, a, seed) for seed in (0, 1) for o in ("sgd", "adam") for a in ("relu", "tanh")]
    rows = StudyFolder.named("optimizer-optimizer.lr-activation").read_grid()
    assert rows[0].arm == "optimizer=sgd optimizer.lr=0.1 activation=relu"


def test_excluded_points_are_not_run_and_not_declared(swept):
    assert main(["-m", "optimizer=sgd,adam", "activation=relu,tanh", "exclude=optimizer=sgd activation=tanh"]) == 0
    assert swept == [("sgd", "relu", 0), ("adam", "relu", 0), ("adam", "tanh", 0)]
    assert len(StudyFolder.named("optimizer-activation").read_grid()) == 3


def test_command_of_a_study_repeats_the_words_as_they_were_typed(swept):
    words = ["optimizer=sgd,adam", "exclude=optimizer=sgd activation=tanh", "activation=relu,tanh", "exclude=seed=7"]
    assert main(["-m", *words, "seed=0,7"]) == 0
    (name, *again) = shlex.split(StudyFolder.named("optimizer-activation").read_study().command)
    assert (name, again) == (
        "cnnlab", ["-m", words[0], words[1], words[3], words[2], "seed=0,7", "plots=false"],
    )  # fmt: skip
    assert cli.main(again) == 0
    assert len(swept) == 3


PAIRED = """study: s
hydra:
  sweeper:
    params: {optimizer: "sgd,adam,momentum", activation: "relu,tanh,gelu", seed: "0,1"}
    zip: "optimizer,activation"
    exclude: ["seed=1 optimizer=sgd", "activation=gelu"]
"""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", [("sgd", "relu", 0), ("adam", "tanh", 0), ("adam", "tanh", 1)]),
        ("exclude=null seed=0", [("sgd", "relu", 0), ("adam", "tanh", 0), ("momentum", "gelu", 0)]),
        ("exclude=optimizer=adam seed=0", [("sgd", "relu", 0), ("momentum", "gelu", 0)]),
        ("zip=null optimizer=adam seed=0", [("adam", "relu", 0), ("adam", "tanh", 0)]),
    ],
)
def test_study_may_zip_and_exclude_and_what_is_typed_takes_the_place_of_it(typed, expected, swept):
    assert main(["-m", *study(PAIRED), *typed.split()]) == 0
    assert swept == expected


def test_named_arms_can_be_excluded_by_name(swept):
    assert main(["-m", *study(NAMED_ARMS), "activation=relu,tanh", "seed=0", "exclude=arm=slow activation=relu"]) == 0
    assert swept == [("adam", "relu", 0), ("sgd", "tanh", 0), ("adam", "tanh", 0)]


def test_until_decided_knows_no_excluded_arm(swept):
    words = ["optimizer=sgd,adam", "activation=relu,tanh", "exclude=optimizer=sgd activation=tanh"]
    assert main(["-m", *words, "until=decided", "max_seeds=2"]) == 0
    assert set(swept) == {(o, a, s) for o, a in (("sgd", "relu"), ("adam", "relu"), ("adam", "tanh")) for s in (0, 1)}


def test_zipped_arms_are_cross_validated_like_others(swept):
    assert main(["-m", *ZIPPED, "cross_validation=3"]) == 0
    arms = ["optimizer=sgd optimizer.lr=0.1", "optimizer=adam optimizer.lr=0.001"]
    assert [row[:2] for row in folds_of("optimizer-optimizer.lr-fold")] == [(a, f) for f in "123" for a in arms]
    assert len(swept) == 6


def test_plan_shows_what_is_zipped_and_left_out(unmeasured, capsys):
    assert main(["-m", *ZIPPED, "exclude=optimizer=sgd|rmsprop", "plan=true"]) == 0
    output = capsys.readouterr().out
    note = "note     exclude: no point has optimizer=rmsprop. There is: sgd, adam.\n"
    assert output.startswith(f"{note}plan     optimizer-optimizer.lr: 1 run, 0 finished, 1 to do\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "optimizer=sgd,adam seed=0,1,2 zip=optimizer,seed",
            "zip: seeds repeat every arm, so that they cannot go in step with a setting, got optimizer,seed. "
            "Leave seed out.",
        ),
        (
            "optimizer=sgd,adam activation=relu,tanh,gelu zip=optimizer,activation",
            "zip: axes that go in step need as many values each, got: optimizer has 2, activation has 3. "
            "A value may stand more than once.",
        ),
        ("optimizer=sgd,adam exclude=activation=relu", "exclude: 'activation' is not swept. Swept: optimizer."),
        (
            "optimizer=sgd,adam exclude=optimizer=sgd|adam",
            "exclude: leaves no point of 2, got 'optimizer=sgd|adam'. Exclude less or sweep wider.",
        ),
        (
            "optimizer=sgd,adam seed=0,1 exclude=seed=1 until=decided",
            "until: decided chooses the seeds itself. Leave seed= out.",
        ),
    ],
)
def test_what_cannot_be_zipped_or_excluded_is_refused(words, message, swept, capsys):
    assert main(["-m", *words.split()]) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert swept == []


def test_size_of_a_sweep_counts_zipped_axes_once(swept):
    words = [f"{key}=range(1500)" for key in ("patience", "dataset.split_seed", "epochs")]
    zipped = ["zip=patience,dataset.split_seed,epochs", "exclude=epochs=" + "|".join(map(str, range(1499)))]
    assert main(["-m", *words, *zipped]) == 0
    assert len(swept) == 1


def test_study_gives_the_space_in_which_its_arms_are_tuned_and_typed_words_beat_it(swept):
    words = study(f'{NAMED_ARMS}    fair: "optimizer.lr=log(1e-4,1)"\ntrials: 2\nuntuned: false\n')
    assert main(["-m", *words]) == 0
    assert len(swept) == 2 * 2 + 2 * 2  # trials, then seeds, of two arms
    assert _spaces() == [["optimizer.lr=log(0.0001,1)"]]
    assert main(["-m", *words, "fair=optimizer.lr=0.3,0.2"]) == 0
    assert _spaces() == [["optimizer.lr=log(0.0001,1)"], ["optimizer.lr=0.3,0.2"]]
    swept.clear()
    assert main(["-m", *words, "fair=null", "trials=null", "untuned=null"]) == 0
    assert len(swept) == 2 * 2


def _spaces():
    """What was searched by each fair comparison, in the order of their names."""
    names = sorted(path.parent.name for path in RUNS.parent.glob("*/fair.json"))
    return [StudyFolder.named(name).read_json("fair.json")["space"] for name in names]


SEARCHED = 'hydra: {sweeper: {params: {optimizer: "sgd,adam", optimizer.lr: "log(1e-4,1)", seed: "0,1"}}}'


@pytest.mark.parametrize(
    ("typed", "space"),
    [
        ("", ["optimizer=sgd,adam", "optimizer.lr=log(0.0001,1)"]),
        ("'optimizer.lr=uniform(0.1,0.5)'", ["optimizer=sgd,adam", "optimizer.lr=uniform(0.1,0.5)"]),
        ("optimizer.lr=0.1", ["optimizer=sgd,adam"]),
    ],
)
def test_ranges_of_a_study_are_searched_unless_the_key_is_typed(typed, space, swept):
    assert main(["tune", *study(SEARCHED), *shlex.split(typed), "trials=2", "study=mine", "sampler=random"]) == 0
    written = read_tuned(StudyFolder.named("mine")).space.axes
    assert [f"{key}={axis.written}" for key, axis in written.items()] == space


def test_range_of_a_study_is_none_of_a_grid(swept, capsys):
    assert main(["-m", *study(SEARCHED)]) == 2
    assert capsys.readouterr().err == (
        "hydra.sweeper.params.optimizer.lr: is a range to search, got log(1e-4,1). Type: "
        "cnnlab tune --config-dir own experiment=mine plots=false\n"
    )
    assert swept == []
