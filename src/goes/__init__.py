"""goes: an independent Go toolchain, written in Python."""
