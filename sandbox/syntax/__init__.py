"""Python as the guest reads it: sources into trees and trees into sources, on every host the same."""
