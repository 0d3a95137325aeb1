"""`/notices/`: what the signed-in person was told, and what of it they have not read."""
