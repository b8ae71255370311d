"""The staff console: every queue of the site, live."""
