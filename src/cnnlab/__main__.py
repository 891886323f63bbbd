"""`python -m cnnlab` is `cnnlab`."""

import sys

from cnnlab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
