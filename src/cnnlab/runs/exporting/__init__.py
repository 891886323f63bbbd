"""A finished run made into a file to be given away: a table of forms, and what each holds."""
