"""A cube turns in three golden rings: a scene, a function that moves it, and the app."""

import dreamwell as dw

scene = dw.Scene("hello")
scene.add("camera", dw.Camera(fov_y=30), at=(2.4, 3.2, 6.4), toward=(-0.45, 1.2, 0))
scene.add("sun", dw.Sun(lux=60_000, color=(1, 0.78, 0.54)), toward=(-3, -2.4, -0.6))
scene.add("sky", dw.Environment(source="gradient", zenith=(0.26, 0.36, 0.6), horizon=(1, 0.74, 0.5), intensity=8_000))
scene.add("ground", dw.Mesh.plane(1000), dw.Material(base_color=(0.05, 0.15, 0.24), roughness=0.6))
orange = dw.Material(base_color=(0.9, 0.25, 0.05), roughness=0.25)
gold = dw.Material(base_color=(1, 0.71, 0.27), metallic=1, roughness=0.2)
scene.add("cube", dw.Mesh.box(1.05), orange, at=(0, 1.5, 0), toward=(-0.7, 1.8, 1), tags={"turning"})
for radius, x in ((1.1, 1.5), (1.3, -1.0), (1.5, 0.4)):
    scene.add("ring", dw.Mesh.torus(radius, 0.06, 128), gold, at=(0, 1.5, 0), toward=(x, 2.3, -1), tags={"turning"})
app = dw.App(scene, title="Hello", settings={"shadows.distance": 15, "exposure.compensation": 0.5})


@app.update
def turn(world: dw.World, dt: float) -> None:
    """The cube turns slowest, the outer ring fastest."""
    for i, part in enumerate(world.tagged("turning")):
        part.rotate(x=10 * i * dt, y=(20 + 5 * i) * dt)


app.run()
