"""The public page of a questionnaire; nobody signs in to it."""
