"""One Fabric for all tests of the renderer: its pipelines take a second to make on a software adapter."""

import pytest

from dreamwell.engine.gpu import Gpu
from dreamwell.fabric import Fabric


@pytest.fixture(scope="session")
def fabric(gpu: Gpu) -> Fabric:
    """A renderer; every test uploads a scene of its own and resizes it as it needs."""
    return Fabric(gpu, (64, 64))
