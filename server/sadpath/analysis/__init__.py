"""Pure analysis: text in, findings out. No I/O, and no text makes it fail."""
