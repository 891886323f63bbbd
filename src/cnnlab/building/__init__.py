"""TODO: the room building."""
