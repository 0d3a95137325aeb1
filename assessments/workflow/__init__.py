"""State machines of this room, as tables."""
