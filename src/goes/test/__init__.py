"""What `go test` does beside building: flags of the test binary, running it, its output, its results in the cache."""
