"""What is true: a city's industrial plan as tables, joined with the extents of its parks."""
