"""TODO: the room config."""
