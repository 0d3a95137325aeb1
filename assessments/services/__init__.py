"""Acts of evaluation: standards, checklists, scoring, surveys, grades."""
