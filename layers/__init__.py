"""How a plan looks on a map and how it leaves as files."""
