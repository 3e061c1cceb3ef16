"""What is claimed fast, measured against the plain way in one run: `python -m bench`, or `make bench`."""
