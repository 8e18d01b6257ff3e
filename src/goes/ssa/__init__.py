"""Typed Go-level SSA: instructions, builder, verifier."""
