import dataclasses
import io
import re
from contextlib import contextmanager, redirect_stdout

import pytest

from cnnlab.runs.console import RunConsole, epoch_line
from cnnlab.training.engine import EpochRecord
from cnnlab.training.evaluation import Score
from cnnlab.training.selection import Selection

RECORD = EpochRecord(7, 0.1, Score(0.1234, 0.961), Score(0.2, 0.95), None, 1.0, (), 12.34, 100.0)


def test_epoch_line_tells_losses_accuracies_and_remaining_time():
    line = epoch_line(RECORD, 20, is_best=True, seconds_left=80.0)
    assert line == "epoch  7/20  train 0.123  96.1%  val 0.200  95.0% *  12.3 s, 1 min 20 s left"
    assert len(line) <= 80


def test_lines_go_to_the_terminal_and_to_the_log(capsys):
    console = RunConsole()
    console.say("before there is a log")
    logged = []
    console.log = logged.append
    console.say("hello")
    console.epoch(RECORD, 20, Selection(epoch=7), 1.0)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["before there is a log", "hello"]
    assert logged == printed[1:]


@contextmanager
def terminal():
    """Print on a terminal of 80 columns inside; give back the lines that are there then."""
    file, lines = io.StringIO(), []
    file.isatty = lambda: True
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(file):
        patch.setenv("COLUMNS", "80")
        patch.setenv("TERM", "xterm")
        yield lines
    drawn = re.sub(r"\x1b\[[0-9?]*[A-Za-z]", "", file.getvalue())
    lines += [line for line in re.split(r"[\r\n]+", drawn) if line]


@pytest.mark.parametrize(
    ("epochs", "kept"), [(3, [1, 2, 3]), (100, [1, *range(5, 101, 5)]), (47, [1, *range(3, 46, 3), 47])]
)
def test_terminal_keeps_the_lines_of_some_epochs_and_of_the_last(epochs, kept):
    with terminal() as lines:
        console = RunConsole()
        for epoch in range(1, epochs + 1):
            console.training(epoch, epochs, epoch, epochs, None, Selection())
            console.epoch(dataclasses.replace(RECORD, epoch=epoch), epochs, Selection(epoch=7), 1.0)
        console.stop()
    told = [int(line.split()[1].split("/")[0]) for line in lines if " left" in line]
    assert told == kept
    assert len(kept) <= 21


def test_terminal_gets_long_lines_broken_between_words():
    with terminal() as lines:
        RunConsole().say(f"data     photos: {'words ' * 20}end")
    assert lines[0].endswith("words")
    assert lines[1].startswith("         words words")
    assert max(map(len, lines)) <= 80


def test_preparation_shows_a_terminal_how_far_it_is_in_80_columns():
    with terminal() as lines:
        console = RunConsole()
        for done in (0, 600_000, 1_200_000):
            console.preparing("computing features", done, 1_200_000)
    assert re.fullmatch(r"computing features \S+ 1,200,000 of 1,200,000 +00:00 *", lines[-1])
    assert max(map(len, lines)) <= 80


def test_preparation_is_told_at_every_tenth_where_there_is_no_terminal(capsys):
    console = RunConsole()
    for done in range(0, 1001, 5):
        console.preparing("decoding images", done, 1000)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[0] == "decoding images: 0 of 1,000"
    assert lines[1].startswith("decoding images: 100 of 1,000, ")
    assert lines[1].endswith(" left")
    assert lines[-1] == "decoding images: 1,000 of 1,000"
