"""TODO: the room base."""
