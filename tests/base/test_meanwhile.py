import time

from cnnlab.base import meanwhile
from cnnlab.base.meanwhile import Meanwhile


def test_what_goes_on_is_named_until_it_ends():
    written = []
    line = Meanwhile(written.append)
    line.say("loading torch")
    line.end()
    assert written == ["\rloading torch ...", f"\r{' ' * 17}\r"]


def test_another_name_takes_the_place_of_the_first_and_an_end_ends_nothing_twice():
    written = []
    line = Meanwhile(written.append)
    line.end()
    line.say("one")
    line.say("two")
    line.end()
    line.end()
    assert written == ["\rone ...", f"\r{' ' * 7}\r", "\rtwo ...", f"\r{' ' * 7}\r"]


def test_line_goes_along_with_the_clock_and_stands_still_once_it_has_ended(monkeypatch):
    monkeypatch.setattr(meanwhile, "_TICK", 0.01)
    monkeypatch.setattr(meanwhile.time, "monotonic", iter(range(0, 10_000, 2)).__next__)
    written = []
    line = Meanwhile(written.append)
    line.say("loading torch")
    while "\rloading torch ... 4 s" not in written:
        time.sleep(0.01)
    line.end()
    num_written = len(written)
    time.sleep(0.05)
    assert len(written) == num_written
