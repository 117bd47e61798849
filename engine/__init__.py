"""The engine: the floor (math, errors, gpu), the scene, the world, the app and the command line."""
