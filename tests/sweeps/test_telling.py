from cnnlab.sweeps.telling import begun_lines, count


def test_runs_that_are_done_and_those_that_died_are_said():
    assert list(begun_lines("depth", 3, num_before=1, died=["deep seed=0"])) == [
        "sweep    depth: 3 runs, 1 done before",
        "  died     deep seed=0\n           its process ended without a word: it was killed, or the memory was full. "
        "Trying again.",
        "           With hydra/launcher=pool the other runs go on beside one that dies.",
    ]


def test_one_run_is_no_runs():
    assert (count(1), count(2)) == ("1 run", "2 runs")
