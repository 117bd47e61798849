"""`python -m dreamwell.engine.cli` is `dream`."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
