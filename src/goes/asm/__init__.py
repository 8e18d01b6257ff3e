"""Plan 9 assembly to definitions."""
