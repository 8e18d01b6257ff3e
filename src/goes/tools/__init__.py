"""Readers of compiled files."""
