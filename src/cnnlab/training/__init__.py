"""TODO: the room training."""
