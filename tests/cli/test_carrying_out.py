"""What is said before Hydra is loaded, and which words it gets."""

from cnnlab.base.stopping import Stop
from cnnlab.cli import composition
from cnnlab.cli.carrying_out import carry_out
from cnnlab.cli.commands import BY_NAME


def test_words_are_handed_on_in_ours_and_what_was_taken_for_another_one_is_said(monkeypatch, capsys):
    handed = []
    monkeypatch.setattr(composition, "run", lambda arguments, _: handed.append(arguments) or 0)
    assert carry_out(BY_NAME["train"], ["lr=0.1", "-m"], Stop()) == 0
    assert carry_out(BY_NAME["train"], ["lr=log(0.1,1)"], Stop(), is_tuning=True) == 0
    assert [arguments.overrides for arguments in handed] == [("optimizer.lr=0.1",), ("optimizer.lr=log(0.1,1)",)]
    assert [(arguments.is_sweep, arguments.is_tuning) for arguments in handed] == [(True, False), (True, True)]
    assert capsys.readouterr().out.startswith("note     lr=0.1 is taken as optimizer.lr=0.1\n")
