"""Recognition measured: layouts drawn by a generator, read, confirmed once, read again."""
