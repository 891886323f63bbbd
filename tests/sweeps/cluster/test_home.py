"""The folder of a sweep, as nodes see it."""

import dataclasses
import tempfile
from pathlib import Path

import pytest

from cnnlab.outputs.files import OUTPUTS
from cnnlab.sweeps.cluster.home import home_here

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def test_token_tells_the_folder_and_is_gone_afterwards():
    with home_here() as home:
        assert home.is_here()
        assert home.folder == Path.cwd()
        assert home.desk.parent == OUTPUTS.absolute()
    assert not home.is_here()
    assert list(OUTPUTS.iterdir()) == []


def test_token_of_a_sweep_that_was_killed_goes_with_the_next_one():
    with home_here() as home:
        old = home.desk.with_name(home.desk.name.replace(home.desk.name.split("-")[-2], "999999999"))
        old.mkdir()
    with home_here():
        assert not old.exists()


def test_node_that_sees_the_folder_works_in_it(tmp_path, monkeypatch):
    with home_here() as home:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert home.enter()
        assert Path.cwd() == home.folder


def test_node_that_sees_another_folder_of_that_name_works_in_a_place_that_the_sweep_finds_again(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with home_here() as home:
        stranger = dataclasses.replace(home, desk=home.desk.with_name("gone"))
        assert not stranger.enter()
    assert Path.cwd() == stranger.elsewhere
    assert (tmp_path / "tmp") in Path.cwd().parents
    assert dataclasses.replace(stranger, host="other").elsewhere != stranger.elsewhere


def test_user_without_a_name_has_a_place_too(monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    with home_here() as home:
        assert home.elsewhere.parent.name.startswith("cnnlab-")
