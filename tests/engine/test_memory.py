"""While a program starts no garbage is looked for; afterwards it is."""

import gc
import weakref

import pytest

from dreamwell.engine.cli import main
from dreamwell.engine.memory import settled, wait_with_garbage


def test_garbage_waits_until_the_program_has_started() -> None:
    wait_with_garbage()
    assert not gc.isenabled()
    settled()
    assert gc.isenabled()
    gc.unfreeze()


def test_what_lies_between_two_starts_is_found() -> None:
    class Ring:
        pass

    wait_with_garbage()
    settled()
    ring = Ring()
    ring.itself = ring  # type: ignore[attr-defined]
    seen = weakref.ref(ring)
    del ring
    wait_with_garbage()
    settled()
    gc.collect()
    assert seen() is None
    gc.unfreeze()


def test_who_turned_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        wait_with_garbage()
        settled()
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("arguments", [["samples"], ["render", "nothing.dream", "-o", "a.png"], ["nonsense"]])
def test_a_command_leaves_it_on(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(arguments)
    assert gc.isenabled()
    gc.unfreeze()
