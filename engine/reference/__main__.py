"""`python -m dreamwell.engine.reference docs/api`."""

import sys
from pathlib import Path

from .pages import write

for argument in sys.argv[1:]:
    write(Path(argument))
