"""SSA to LLVM IR to definitions; type descriptors and static data."""
