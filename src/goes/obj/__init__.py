"""The definition: what compiler and assembler hand to the linker."""
