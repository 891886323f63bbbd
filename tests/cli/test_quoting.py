"""Values that Hydra would read as something else than they mean."""

import pytest

from cnnlab.cli.main import main
from cnnlab.cli.quoting import as_meant
from cnnlab.config.load import load
from cnnlab.config.run_config import to_plain


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("data_dir=~/x y", 'data_dir="~/x y"'),
        ("data_dir=~", 'data_dir="~"'),
        ("plugins=[~/a.py,b.py]", 'plugins=["~/a.py",b.py]'),
        ("backbone.weights=~/a.pth,~/b.pth", 'backbone.weights="~/a.pth","~/b.pth"'),
        ("dataset.classes=[True,1e3,1_0,007,3,cat]", 'dataset.classes=["True","1e3","1_0","007",3,cat]'),
        ("dataset.classes=[null,a],null,2", 'dataset.classes=["null",a],null,2'),
        ("dataset.binary=1e3,True,null", 'dataset.binary="1e3","True",null'),
        *(
            (text, text)
            for text in ("~optimizer", "study=a~/b", "data_dir='~/x'", "dataset.binary='1e3'", "seed=1_0", "a")
        ),
    ],
)
def test_value_is_quoted_where_hydra_would_read_something_else(typed, meant):
    assert as_meant(typed) == meant


def test_path_at_home_is_found_there_under_every_key(monkeypatch, trained, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["data_dir=~/d", "cache_dir=~/c", "dataset=image_folder", "dataset.root=~/images"]
    assert main(words) == 0
    config = load(trained[0][0])
    assert [config.data_dir, config.cache_dir, config.dataset.options["root"]] == [
        tmp_path / "d", tmp_path / "c", tmp_path / "images",
    ]  # fmt: skip


def test_names_of_classes_stay_as_typed(trained):
    assert main(["dataset.classes=[True,1e3,1_0,3]", "dataset.binary=1e3"]) == 0
    config = load(trained[0][0])
    assert config.dataset.classes == ("True", "1e3", "1_0", "3")
    assert config.dataset.binary == "1e3"
    assert load(to_plain(config)) == config
