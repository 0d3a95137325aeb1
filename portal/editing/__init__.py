"""Editing what has versions: rows of a form, editors of parts, acts on a version."""
