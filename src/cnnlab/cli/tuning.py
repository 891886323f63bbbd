"""`cnnlab tune [train|transfer] WORDS`: searches a space for the best settings, then tests them over fresh seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from cnnlab.base.errors import ConfigError
from cnnlab.base.stopping import Stop
from cnnlab.cli.arguments import SWEEP, tuned_command
from cnnlab.cli.carrying_out import carry_out

HELP = """\
cnnlab tune [train|transfer] [key=range] [group=option,option] [key=value] ...

Searches for the settings with the best validation accuracy, then tests them
over five seeds that were not tuned with. Repeated, it goes on where it was.

== what is searched ==
'optimizer.lr=log(1e-4,1)'           all orders of magnitude alike
'augmentation.p=uniform(0,0.5)'      all numbers alike
'model.depth=int(2,8)'               whole numbers
optimizer=sgd,adam                   a list; a key that one of them lacks is
                                     searched for the others alone
A shell interprets parentheses itself: put a range in quotes.

== how ==
trials=30            runs that search
sampler=tpe          by what was good so far; random, qmc, grid, cmaes
per_round=4          trials chosen together, which may go on at the same time
seed=0               of the trials, and of the search
pruner=median        ends trials early that fall behind; or hyperband, none
storage=URL          a database of Optuna that gets a copy of the trials
plan=true            say what would run, run nothing
hydra/launcher=pool  as for any sweep; see cnnlab train --help

== a learning rate in a minute ==
cnnlab tune find=lr  one short training in which it grows from step to step

== examples ==
cnnlab tune 'optimizer.lr=log(1e-4,1)' optimizer=momentum,adam trials=20
cnnlab tune transfer head=svm 'head.C=log(1e-3,1e3)' dataset=path/to/photos
"""


_FIND = "find="


def main(words: Sequence[str], stop: Stop) -> int:
    """Run the command; return its exit code."""
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    command, rest = tuned_command(words)
    found = [word for word in rest if word.startswith(_FIND)]
    if not found:
        return carry_out(command, rest, stop, is_tuning=True)
    if found != [f"{_FIND}lr"]:
        raise ConfigError(f"find: finds a learning rate, got {' '.join(found)}. Write find=lr.")
    if flag := next((word for word in rest if word in SWEEP), None):
        raise ConfigError(f"find: is about one run, got {flag}. Leave it out, and type a command for each.")
    finding = dataclasses.replace(command, job="cnnlab.cli.finding_rates:FindRate")
    return carry_out(finding, [word for word in rest if word not in found], stop)
