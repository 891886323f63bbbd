"""Commands that read their own arguments, and what they never print."""

import re

from cnnlab.cli.commands import COMMANDS, TUNE

OWN = [command.name for command in COMMANDS if command.config is None and command.name != TUNE]
WALL = re.compile(r"usage:|unrecognized|invalid|Traceback")
