"""TODO: the room arrays."""
