"""Text as lines, units and trees: what stands where, before anything is said about what it means."""
