"""TODO: the room image_folders."""
