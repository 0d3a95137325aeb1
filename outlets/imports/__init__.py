"""Ledgers taken in: uploaded, read, checked row by row, corrected in place, confirmed, undone."""
