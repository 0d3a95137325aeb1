"""The REST faces of standards, checklists, scorecards, surveys and grades."""
