"""What the generator writes."""
