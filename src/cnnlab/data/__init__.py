"""Data sets, their splits, augmentations and batches."""
