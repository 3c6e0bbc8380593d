"""A small order service. It passes its tests and its review; `sadpath check examples/orders` shows the other side."""
