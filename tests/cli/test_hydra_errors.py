"""Errors of Hydra, OmegaConf and YAML, in one line of the user's words."""

import pytest

from cnnlab.cli.main import main
from tests.option_maker import known, own_option

OPTIMIZERS, STUDIES = known("optimizer"), known("experiment")
WRONG = [
    ("optimizer=adma", f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}"),
    ("train optimizer=adma", f"optimizer: unknown 'adma'. Did you mean 'adam'? {OPTIMIZERS}"),
    ("optimizer.lrr=1", "optimizer.lrr: unknown key. Did you mean 'optimizer.lr'?"),
    ("optimizer.zzz=1", "optimizer.zzz: unknown key. optimizer takes: betas, eps, lr, weight_decay."),
    ("optimiser=adam", "optimiser: unknown key. Did you mean 'optimizer'?"),
    ("epoch=3", "epoch: unknown key. Did you mean 'epochs'?"),
    ("seed.value=3", "seed.value: unknown key; seed takes none."),
    ("train epochs", "epochs: the value is missing. Write epochs=<value>."),
    ("epochs=3 optimizer", "optimizer: the value is missing. Write optimizer=<value>."),
    ("train ep", "ep: the value is missing. Write ep=<value>."),
    ("data_dir=a=b", "data_dir: cannot read a=b. Quote it: 'data_dir=\"a=b\"'"),
    ("optimizer.betas=[0.9,", "optimizer.betas: cannot read [0.9,. Look at its brackets and quotes."),
    ("+seed=3", "seed: is there already. Write seed=..., without '+'."),
    ("+optimizer=sgd", "optimizer: is there already. Write optimizer=..., without '+'."),
    ("+hydra/launcher=process", "hydra/launcher: is there already. Write hydra/launcher=..., without '+'."),
    ("++optimizer=sgd", "optimizer: is there already. Write optimizer=..., without '+'."),
    ("~nothing", "nothing: cannot be taken out, it is not there."),
    ("experiment=optimzers", f"experiment: unknown 'optimzers'. Did you mean 'optimizers'? {STUDIES}"),
    ("scale=smal", "scale: unknown 'smal'. Did you mean 'small'? Known: full, half, small, smoke."),
    ("backbone=resnet18", "backbone: this command has no such group, cnnlab transfer has."),
    ("transfer model=cnn6", "model: this command has no such group, cnnlab train has."),
    ("optimizer.lr=${nothing}", "optimizer.lr: Interpolation key 'nothing' not found"),
    ("dataset.root=??? dataset=image_folder", "dataset.root: missing. Give it: dataset.root=..."),
    (
        "--cfg job -m",
        "Only one of --run, --multirun, --cfg, --info and --shell_completion can be specified",
    ),
    (
        "transfer head.C=1",
        "head: none is chosen, so there is nothing to set. Choose one first, head=<name>: cnnlab list head",
    ),
    ("zzz=1", "zzz: unknown key. All keys: cnnlab train --cfg job"),
    ("transfer backbone=xyz", "backbone: unknown 'xyz'. All of them: cnnlab list backbone"),
    (
        "dataset=xyz",
        f"dataset: unknown 'xyz'. {known('dataset')} There is no folder 'xyz' either.",
    ),
    ("-cn nothing", "--config-name: unknown 'nothing'."),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_wrong_input_gets_one_clear_message_and_exit_code_2(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")


def test_unknown_launcher_names_the_known_ones(capsys):
    assert main(["hydra/launcher=slow"]) == 2
    assert capsys.readouterr().err.startswith(
        "hydra/launcher: unknown 'slow'. Known: auto, basic, cnnlab, pool, process, ray"
    )  # and plugins


def test_a_broken_file_is_named_with_its_line(folder, capsys):
    own = own_option("optimizer/mine.yaml", "name: adam\nlr: [0.1\n")
    assert main(["optimizer=mine", *own]) == 2
    assert capsys.readouterr().err.startswith(f"{folder}/own/optimizer/mine.yaml, line 3: cannot be read as YAML, ")
