import os
import re

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.commands import inspect
from cnnlab.outputs.files import Folder
from cnnlab.runs.run import execute
from tests.conftest import cnnlab, tiny
from tests.runs.trained import only_run

pytestmark = pytest.mark.usefixtures("in_empty_folder")


def main(*words):
    return inspect.main(words, Stop())


@pytest.fixture
def without_umap(monkeypatch):
    monkeypatch.setattr("cnnlab.runs.inspecting.embedding.find_spec", lambda _: None)


@pytest.mark.usefixtures("without_umap")
def test_page_is_written_and_named_last_but_for_what_to_type_next(capsys):
    execute(tiny("epochs=1"))
    capsys.readouterr()
    assert main("latest") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"run      {only_run().run_id}"
    assert lines[-2:] == [f"open     {only_run().path}/report.html", "next     cnnlab predict latest IMAGE..."]
    assert max(map(len, lines[1:-2])) <= 80
    assert "Grad-CAM" in (only_run().path / "report.html").read_text()


@pytest.mark.usefixtures("without_umap")
def test_page_goes_where_it_is_wanted_over_as_many_images_as_are_wanted(tmp_path):
    execute(tiny("epochs=1"))
    assert main("latest", "--out", str(tmp_path / "mine"), "--images", "4") == 0
    assert Folder(tmp_path / "mine").read_json("inspect.json")["images"]["test"]["looked_at"] == 4
    assert not (only_run().path / "report.html").exists()


@pytest.mark.parametrize("number", ["0", "-3", "many", "1.5"])
def test_number_of_images_that_is_none_is_refused(number):
    with pytest.raises(ConfigError, match=rf"^--images: must be a whole number > 0, got {re.escape(number)}\.$"):
        main("latest", f"--images={number}")


def test_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(ConfigError, match=r"^--out: 'mine' is no folder\. Name one; it is made if it is not there\.$"):
        main("latest", "--out", "mine")


@pytest.mark.usefixtures("without_umap")
@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_cannot_be_written_is_named_with_the_way_out():
    execute(tiny("epochs=1"))
    only_run().path.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match=r"^inspect: cannot write into .* Write elsewhere: --out DIR$"):
            main("latest")
    finally:
        only_run().path.chmod(0o700)


def test_run_that_is_not_there_and_one_without_weights_are_one_message_each():
    done = cnnlab("inspect", "nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    execute(tiny("epochs=1", "keep=none"))
    with pytest.raises(ConfigError, match=r"kept no weights, since it was trained with keep=none\. Train it anew: "):
        main("latest")


def test_help_is_one_screen():
    lines = cnnlab("inspect", "--help").stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
