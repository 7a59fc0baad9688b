"""What the author of a world says that a host answers: faults, responses, and to whom each is given."""
