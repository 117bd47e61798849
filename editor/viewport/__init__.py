"""The scene as the editor shows it: the Fabric drawing into a texture, the camera, picking and gizmos."""
