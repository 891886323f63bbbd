import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlab.base.printing import harmless, live, one_line, printed, tell

RUN = "import sys; from cnnlab.base.printing import live, meanwhile, printed\nwith printed() as output:\n    {}"


def output_of(code, **options):
    return subprocess.run([sys.executable, "-c", RUN.format(code)], stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\rb\x9b2J\x7f", r"a\rb\x9b2J\x7f"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("Käfer\t1\n", "Käfer\t1\n"),
    ],
)
def test_control_characters_are_written_as_text(text, shown):
    assert harmless(text) == shown


def test_name_in_a_table_has_one_line():
    assert one_line("a\nb\tc") == r"a\nb\tc"


def test_what_is_printed_commands_no_terminal_and_what_a_library_draws_does():
    code = "print('a\\x1b[31m'); print('b\\x1b[32m', file=live(sys.stdout)); print('\\x1b!', file=sys.stderr)"
    done = output_of(code, stdout=subprocess.PIPE)
    assert (done.stdout, done.stderr) == ("a\\x1b[31m\nb\x1b[32m\n", "\\x1b!\n")


def test_stream_without_a_file_stays_as_it_is(capsys):
    before = sys.stdout
    with printed() as output:
        assert (output, sys.stdout, live(sys.stdout)) == (None, before, before)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_disk_without_room_ends_nothing_and_is_known_afterwards():
    code = "[print('x' * 1000, flush=True) for _ in range(20)]; print(output.error.strerror, file=sys.stderr)"
    with Path("/dev/full").open("w") as full:
        done = output_of(code, stdout=full)
    assert (done.returncode, done.stderr) == (0, "No space left on device\n")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals of this kind")
def test_terminal_that_was_closed_ends_nothing(tmp_path):
    ours, theirs = os.openpty()
    code = "input(); [print('x', flush=True) for _ in range(9)]; open(sys.argv[1], 'w').write(str(output.error))"
    command = [sys.executable, "-c", RUN.format(code), str(tmp_path / "error")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs, start_new_session=True)
    os.close(theirs)
    os.close(ours)
    process.communicate(b"\n", timeout=60)
    assert (process.returncode, (tmp_path / "error").read_text()) == (0, "None")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_lines_are_broken_between_words_elsewhere_they_stay(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = f"left out 2 photographs of a kind that is not read\nopen     {'folder/' * 6}page.html"
    terminal, file = Terminal(), io.StringIO()
    tell(text, file=terminal)
    tell(text, file=file)
    assert terminal.getvalue().splitlines() == [
        "left out 2 photographs of a kind that is",
        "         not read",
        "open",
        f"         {'folder/' * 6}page.html",
    ]
    assert file.getvalue() == f"{text}\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals of this kind")
@pytest.mark.parametrize("stream", ["sys.stdout", "sys.stderr", "live(sys.stdout)"])
def test_what_goes_on_stands_on_the_terminal_until_anything_else_is_printed(stream):
    code = f"meanwhile('loading'); print('done', file={stream}); print('end')"
    ours, theirs = os.openpty()
    subprocess.run([sys.executable, "-c", RUN.format(code)], stdout=theirs, stderr=theirs, check=True)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # Linux's way to say that a terminal is gone; it may give what was said in parts
        while some := os.read(ours, 1000):
            said += some
    os.close(ours)
    assert said.decode() == f"\rloading ...\r{' ' * 11}\rdone\r\nend\r\n"


def test_what_goes_on_is_not_said_where_there_is_no_terminal():
    done = output_of("meanwhile('loading'); print('done')", stdout=subprocess.PIPE)
    assert (done.stdout, done.stderr) == ("done\n", "")
