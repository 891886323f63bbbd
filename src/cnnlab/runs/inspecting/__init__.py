"""A finished run looked into: one pass over validation and test images, what follows from it, and the run's page."""
