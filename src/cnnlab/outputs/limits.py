"""What a study never goes beyond."""

from __future__ import annotations

MOST_SEEDS = 1000
"""No study repeats an arm more often."""
