"""From words to a command; what the commands do is tested with them."""

import subprocess
import sys


def test_help_and_version_load_nothing_that_a_command_needs():
    code = (
        "import sys; from cnnlab.cli.main import main; main([sys.argv[1]]);"
        "sys.exit(any(name in sys.modules for name in ('cnnlab.cli.dispatching', 'json', 'torch', 'hydra')))"
    )
    for word in ("--help", "--version"):
        subprocess.run([sys.executable, "-c", code, word], check=True, stdout=subprocess.DEVNULL)
