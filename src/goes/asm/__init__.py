"""Plan 9 assembly, call adapters, and the header between Go and assembly."""
