"""It goes on with a person, or in another way: never a dead end."""
