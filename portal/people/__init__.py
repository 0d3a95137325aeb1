"""Pages about the people of an office: who acts for whom, and handing work over."""
