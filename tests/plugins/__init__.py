"""Pytest plugins: servers of our own, one database per worker, a browser that stays on the site."""
