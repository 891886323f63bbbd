"""How much of a data set is held out where nothing else is asked for. Imports no torch."""

VAL_FRACTION = 0.1
"""Of the training split, for validation."""
TEST_FRACTION = 0.2
"""Of all images, as test split where the data set comes without one."""
