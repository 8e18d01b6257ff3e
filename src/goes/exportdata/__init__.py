"""gc's export data: what tools written in Go read to learn a package's declarations."""
