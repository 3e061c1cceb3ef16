"""Styles of layers for programs that draw them: rules, and one format a module."""
