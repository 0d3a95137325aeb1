"""Progress reports: opened, prefilled, filled in, sent, checked, compared."""
