"""What an author reads: resources, and prompts."""
