"""Data sets that come as arrays in files of their own formats."""
