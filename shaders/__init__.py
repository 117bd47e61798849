"""WGSL modules, and the declarations that WGSL, NumPy and the bind groups are generated from."""
