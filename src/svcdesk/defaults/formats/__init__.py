"""Output formats: a table in, text out, one module a format."""
