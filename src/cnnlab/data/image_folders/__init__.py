"""Images as files: which there are, how they are decoded, and the cache that keeps them decoded."""
