"""The process of `cnnlab` and of `python -m cnnlab`: one command, from its first line to its exit code."""

import sys


def start() -> int:
    """Carry out the words of the process, and return its exit code; Ctrl-C ends it in silence before it has begun."""
    try:
        from cnnlab.cli.main import main  # here, since Ctrl-C may come while this is imported, too

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(start())
