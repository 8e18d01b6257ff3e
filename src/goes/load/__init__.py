"""Package patterns to a package graph."""
