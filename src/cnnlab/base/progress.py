"""How something that takes long says how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""(what is done, how much of it, of how much)"""
