"""What is seen of a command's lines while a program waits for it."""

import io
import sys
import threading

from cnnlab.api.heard import LastLine, heard


class Terminal(io.StringIO):
    def isatty(self):
        return True


def by_the_call(work):
    """Do something in a thread of the call's own."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_last_line_takes_the_place_of_the_one_before_and_goes():
    shown = io.StringIO()
    line = LastLine(shown)
    line.write("epoch 1/2\nepo")
    line.write("ch 2\n\n")
    line.take_away()
    assert shown.getvalue() == "\repoch 1/2\repoch 2  \r       \r"


def test_last_line_is_cut_and_harmless():
    shown = io.StringIO()
    LastLine(shown).write(f"\x1b]0;{'x' * 100}\n")
    assert shown.getvalue() == rf"\r\x1b]0;{'x' * 72}".replace(r"\r", "\r", 1)


def test_line_that_a_terminal_draws_over_and_over_is_its_text():
    shown = io.StringIO()
    line = LastLine(shown)
    line.write("\x1b[?25lepoch 1/2 \x1b[90m━━\x1b[0m")
    line.write("\r\x1b[2Kepoch 1/2 ━━ \x1b[36m0:01\x1b[0m\r\x1b[1A\x1b[2K")
    assert shown.getvalue() == "\repoch 1/2 ━━ 0:01"


def test_line_is_shown_on_a_terminal_alone(monkeypatch):
    for stream, seen in ((Terminal(), "\rhello\r     \r"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stdout", stream)
        with heard(None):
            by_the_call(lambda: (print("hello"), print("oh", file=sys.stderr)))
        assert stream.getvalue() == seen
        assert sys.stdout is stream


def test_all_or_nothing_is_seen_where_it_is_asked_for(capsys):
    with heard(True):
        by_the_call(lambda: print("hello"))
    with heard(False):
        by_the_call(lambda: print("not this"))
    assert capsys.readouterr() == ("hello\n", "")


def test_other_threads_of_the_program_print_as_ever(capsys):
    begun, go_on = threading.Event(), threading.Event()

    def other():
        begun.set()
        go_on.wait(10)
        print("of another")

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait(10)
    with heard(False):
        by_the_call(lambda: print("of the call"))
        go_on.set()
        thread.join()
    assert capsys.readouterr().out == "of another\n"
