"""The HTTP doors, one per face: parse, authorise, call one command or query."""
