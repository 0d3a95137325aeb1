"""The state machines of coordination: tasks, joint meetings, proposals."""
