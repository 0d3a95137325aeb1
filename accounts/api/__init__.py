"""The faces of this room in the REST API."""
