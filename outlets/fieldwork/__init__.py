"""Fieldwork: visits, check sheets of neighbourhood committees, suspected changes."""
