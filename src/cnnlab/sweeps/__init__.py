"""TODO: the room sweeps."""
