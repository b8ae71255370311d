"""The staff console: every queue of the site, live, and what staff may do."""
