"""Go source text to syntax trees."""
