"""What coordination does: every write goes through here, never around it."""
