"""Importers: a source's bytes in, rows of text out, one module a format."""
