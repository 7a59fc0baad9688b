"""What was done in the real world, told as canned worlds tell it."""
