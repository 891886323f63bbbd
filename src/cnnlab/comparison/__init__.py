"""Arms of a study against each other: what may be said, in the terminal, as tables, pictures and a page."""
