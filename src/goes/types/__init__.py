"""Syntax trees to typed trees (go/types' role)."""
