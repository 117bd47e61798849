"""The `dream` command. Each command's work, and what it imports, lies in a file of its own: starting stays fast."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `dream` with these arguments (None: the process's). Returns the exit status.

    0 for success, 1 for an error (one line on stderr that begins with "error:"), 2 for wrong usage, 130 for Ctrl-C.
    """
    from ..memory import settled, wait_with_garbage

    wait_with_garbage()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    finally:
        settled()


def _run(given: list[str]) -> int:
    from ..errors import DreamwellError
    from ..interrupts import forget, interrupt
    from .commands import command

    end = given.index("--") if "--" in given else len(given)
    debug = "--debug" in given[:end]  # allowed before the command and after it
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    forget()
    plain = [a for a in given[:end] if a != "--debug"] + given[end:]
    try:
        command().main(args=spread(plain, "--objects"), prog_name="dream")
    except SystemExit as done:
        if isinstance(done.code, str):
            print(done.code, file=sys.stderr)
            return 1
        return done.code or 0
    except KeyboardInterrupt:
        return 130
    except (DreamwellError, OSError) as error:
        if debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def spread(arguments: Sequence[str], option: str) -> list[str]:
    """`--objects 10 20` → `--objects 10 --objects 20`, since the parser takes one value for each name."""
    out: list[str] = []
    more = False
    for argument in arguments:
        if more and argument.replace(",", "").isdigit() and out[-1] != option:
            out.append(option)
        elif argument.startswith("-"):
            more = argument == option
        out.append(argument)
    return out
