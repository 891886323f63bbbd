"""Where runs that go abreast come from."""

from cnnlab.sweeps.sources import Listed, Waiting


def test_listed_runs_come_with_their_places_and_then_no_more():
    source = Listed(["a", "b"])
    assert [source.next(wait=wait) for wait in (True, False, True)] == [(0, "a"), (1, "b"), None]


def test_run_that_is_looked_at_stays_and_one_that_is_put_back_comes_again_first():
    waiting = Waiting(Listed(["a", "b"]))
    assert [waiting.first(wait=True) for _ in range(2)] == ["a", "a"]
    assert waiting.take() == (0, "a")
    waiting.put_back(0, "a")
    assert [waiting.first(wait=False), waiting.take(), waiting.first(wait=False)] == ["a", (0, "a"), "b"]
