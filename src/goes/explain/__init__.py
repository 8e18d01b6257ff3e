"""What the toolchain did, drawn."""
