"""TODO: the room outputs."""
