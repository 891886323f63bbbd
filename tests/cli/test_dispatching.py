"""From words to a command; what the commands do is tested with them."""

import subprocess
import sys


def test_help_and_version_load_nothing_that_a_command_needs():
    code = (
        "import sys; from cnnlab.cli.main import main; main([sys.argv[1]]);"
        "print(*{'cnnlab.cli.dispatching', 'json', 'torch', 'hydra'} & {*sys.modules}, file=sys.stderr)"
    )
    for word in ("--help", "--version"):
        run = subprocess.run([sys.executable, "-c", code, word], capture_output=True, text=True, check=True)
        assert run.stderr == "\n"
