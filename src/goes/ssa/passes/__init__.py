"""Passes over SSA functions and programs."""
