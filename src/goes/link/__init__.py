"""Definitions to an executable."""
