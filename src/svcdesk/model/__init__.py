"""What a desk's records are: values without files, clocks or commands."""
