"""What machines that watch a process ask it: whether it is ready, and its metrics."""
