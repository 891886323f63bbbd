"""TODO: the room cli."""
