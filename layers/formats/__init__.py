"""One file format a module: rows of a layer in, bytes out, and a note of what the format cannot carry."""
