from cnnlab.base.turns import finish


def test_work_is_done_to_its_end_and_its_result_returned():
    def work():
        for turn in range(3):
            turns.append(turn)
            yield
        return "done"

    turns = []
    assert (finish(work()), turns) == ("done", [0, 1, 2])
