"""Completion behind commands that read their own arguments."""

import pytest

from cnnlab.cli.commands import BY_NAME, COMPOSED, TUNE
from cnnlab.cli.completion import OFFERS, completions
from tests.comparison.study_maker import write_study


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("cnnlab report ", ["trial", "trial-arm0-s0", "trial-arm1-s0", "latest", "best"]),
        ("cnnlab report tr", ["trial", "trial-arm0-s0", "trial-arm1-s0"]),
        ("cnnlab report trial-arm0-s0 trial-arm1", ["trial-arm1-s0"]),
        ("cnnlab predict l", ["latest"]),
        ("cnnlab predict latest ", []),  # files
        ("cnnlab resume trial-arm1", ["trial-arm1-s0"]),
        ("cnnlab remove trial-arm0-s0 trial-arm1", ["trial-arm1-s0"]),
        ("cnnlab list optim", ["optimizer"]),
        ("cnnlab list optimizer adam", ["adam", "adamw"]),
        ("cnnlab list nothing ", []),
        ("cnnlab train ", []),
    ],
)
def test_runs_studies_groups_and_options_complete(line, offers):
    write_study({"optimizer=sgd": [0.7], "optimizer=adam": [0.8]})
    assert completions(line) == offers


def test_every_command_that_reads_its_own_arguments_completes_them():
    assert set(OFFERS) == set(BY_NAME) - {*COMPOSED, TUNE}
