import subprocess
import sys

from cnnlab import parts
from cnnlab.config.tables import TABLES


def test_parts_are_all_tables_by_the_plurals_of_their_groups():
    plurals = {group: f"{group}{'es' if group.endswith('s') else 's'}".upper() for group in TABLES}
    assert all(getattr(parts, plurals[group]) is table for group, table in TABLES.items())
    assert {*plurals.values()} == {name for name in parts.__all__ if name.isupper()}


def test_importing_cnnlab_alone_loads_no_torch():
    code = "import sys, cnnlab; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
