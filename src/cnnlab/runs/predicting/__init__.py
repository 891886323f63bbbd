"""TODO: the room predicting."""
