"""Outlets out of OpenStreetMap: which tags mean which format, what an extract holds, taken in."""
