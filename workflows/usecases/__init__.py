"""Use cases: one file a noun, functions that never commit. The edge owns the transaction."""
