import sys
import typing

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.config.load import load
from cnnlab.config.part_rules import check_parts
from cnnlab.config.trackers import REQUIREMENTS, TrackerName, check_installed
from tests.conftest import composed
from tests.pages import ROOT

if sys.version_info >= (3, 11):
    import tomllib


def test_tracker_whose_library_is_missing_is_refused_with_what_installs_it(in_empty_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ConfigError, match=r"^tracker: wandb is not installed\. Install it: .* -m pip install 'wandb>="):
        check_parts(load(composed("tracker=wandb")))


def test_no_tracker_needs_nothing():
    check_installed([])


def test_unknown_tracker_names_the_nearest(in_empty_folder):
    with pytest.raises(ConfigError, match=r"tracker: unknown 'tensorbord'\. Did you mean 'tensorboard'\?"):
        load(composed("tracker=[mlflow,tensorbord]"))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python reads TOML from 3.11 on")
def test_every_tracker_is_an_extra_of_its_name():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(REQUIREMENTS) == set(typing.get_args(TrackerName))
    for name, needed in REQUIREMENTS.items():
        assert extras[name] == list(needed)
        assert name in extras["all"][0]
