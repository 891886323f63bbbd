import subprocess
import sys

import pytest

from cnnlab.config.options import explanations, groups
from cnnlab.config.tables import TABLES


def test_groups_are_those_of_the_tables():
    assert groups() == tuple(TABLES)


@pytest.mark.parametrize("group", TABLES)
def test_entries_are_explained_by_the_first_lines_of_their_docstrings(group):
    assert explanations(group) == {name: factory.__doc__.splitlines()[0] for name, factory in TABLES[group].items()}


def test_options_are_known_without_torch():
    code = "import sys, cnnlab.config.options as known; known.explanations('head'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
