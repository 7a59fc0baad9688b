"""Local services for the examples, the demo and the tests: real protocols on loopback, able to fail."""
