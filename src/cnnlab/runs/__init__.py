"""TODO: the room runs."""
