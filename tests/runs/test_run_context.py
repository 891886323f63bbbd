import subprocess
import sys

from cnnlab.runs.run_context import RunContext


def test_runs_share_neither_console_nor_trackers_unless_they_are_given():
    one, other = RunContext(), RunContext()
    assert one.console is one.console
    assert one.console is not other.console
    assert one.tracking is not other.tracking


def test_run_of_a_sweep_says_nothing(capsys):
    RunContext(in_sweep=True).console.say("unheard")
    RunContext().console.say("heard")
    assert capsys.readouterr().out == "heard\n"


def test_context_takes_no_time_to_make_until_something_is_said():
    asked = "import sys; from cnnlab.runs.run_context import RunContext; RunContext(); print('rich' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", asked], text=True) == "False\n"
