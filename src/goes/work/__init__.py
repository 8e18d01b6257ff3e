"""Build engine and cache."""
