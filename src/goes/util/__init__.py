"""Pieces of the Go library that the go command's output is made with: formatted print, JSON, templates."""
