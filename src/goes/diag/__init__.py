"""Source positions, diagnostics and internal errors."""
