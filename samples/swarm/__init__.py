"""Lead ten thousand starlings through the gates before it is dark: pointer, keys or stick; hold Space to gather them."""

from __future__ import annotations
import dreamwell as dw
import numpy as np
from . import flock, land
from .flock import Starling
app = dw.App(land.scene(), title="Swarm", seed=5)
app.use(flock)

@app.start
def begin(world):
    at, cols = flock.spread(10000, world.random)
    rows = world.spawn("starling", at=at, tags={"bird"}, components=(Starling(),))
    world.set(rows, Starling(), **cols)

@app.fixed
def lead(world, dt):
    t = app.time
    world["light"].position = (45*np.sin(0.5*t), 36+12*np.sin(0.8*t), 10*np.cos(0.5*t))

if __name__ == "__main__":
    app.run()
