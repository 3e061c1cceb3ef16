"""The plain ways that the claims are measured against; each gives the same answer as ours."""
