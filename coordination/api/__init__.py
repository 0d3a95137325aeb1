"""Coordination's faces of the API."""
