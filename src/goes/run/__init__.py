"""Executing built programs."""
