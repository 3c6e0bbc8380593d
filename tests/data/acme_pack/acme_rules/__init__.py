"""Everything of Acme. Whoever only lists rules must not import it."""
