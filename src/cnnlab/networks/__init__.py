"""TODO: the room networks."""
