"""Reports: records in, a table out, one module a report."""
