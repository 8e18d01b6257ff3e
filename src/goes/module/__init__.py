"""go.mod and module resolution."""
