"""Files that come from outside: glTF models, images, environments, and the built-in primitives."""
