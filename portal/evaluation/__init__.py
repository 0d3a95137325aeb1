"""The pages of evaluation: standards, checklists, scoring, surveys, grades."""
