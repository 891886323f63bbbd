"""One module per command; each has `main(args)`, which returns the exit code."""
