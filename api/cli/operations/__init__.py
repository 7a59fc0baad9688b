"""Commands by which an installation is operated."""
