import os
import subprocess
import sys

import pytest

from cnnlab.base.drafts import draft_folder, draft_of, remove_abandoned

LEAVE = """
import os, sys
from pathlib import Path
from cnnlab.base.drafts import draft_of
place = Path(sys.argv[1])
draft_of(place / "a.csv").write_text("half")
(draft := draft_of(place / "plots")).mkdir()
(draft / "curves.png").write_text("half")
os.kill(os.getpid(), 9)
"""


def test_drafts_of_killed_processes_are_removed_and_no_others(tmp_path):
    subprocess.run([sys.executable, "-c", LEAVE, str(tmp_path)], check=False)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 2
    own, of_others = draft_of(tmp_path / "b.csv"), tmp_path / left[0].replace("-", "-another_machine_", 1)
    for path in (own, of_others, tmp_path / ".part", tmp_path / ".mine.part"):
        path.touch()
    remove_abandoned(tmp_path)
    assert set(tmp_path.iterdir()) == {own, of_others, tmp_path / ".part", tmp_path / ".mine.part"}


def test_draft_carries_the_number_of_its_process(tmp_path):
    draft = draft_of(tmp_path / "a.csv")
    assert draft.parent == tmp_path
    assert draft.name.startswith(".a.csv-")
    assert f"-{os.getpid()}-" in draft.name


def test_folder_where_nothing_was_made_yet_holds_none(tmp_path):
    remove_abandoned(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_draft_is_gone_whatever_happens(tmp_path):
    with draft_folder(tmp_path / "plots") as draft:
        (draft / "a.png").touch()
    with pytest.raises(ValueError, match="boom"), draft_folder(tmp_path / "plots"):
        raise ValueError("boom")
    assert list(tmp_path.iterdir()) == []


MAKE = """
import sys, time
from pathlib import Path
from cnnlab.base.drafts import made_once
made = Path(sys.argv[1])
with made_once(made):
    if not made.exists():
        time.sleep(0.3)
        made.parent.mkdir(exist_ok=True)
        made.touch()
        print("made")
"""


def test_what_several_processes_want_at_once_is_made_by_one(tmp_path):
    command = [sys.executable, "-c", MAKE, str(tmp_path / "images" / "key")]
    made = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sorted(process.communicate()[0] for process in made) == ["", "", "made\n"]
