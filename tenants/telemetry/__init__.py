"""What operators watch of a process."""
