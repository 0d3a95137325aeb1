"""The handbook, and what makes the parts of it that are made."""
