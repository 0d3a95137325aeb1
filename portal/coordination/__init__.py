"""`/coordination/`: duties, tasks, joint meetings, proposals, the roster, the lines of work."""
