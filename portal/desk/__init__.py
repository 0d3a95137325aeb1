"""The desk of street offices and departments: what they owe, by when, and where it is done."""
