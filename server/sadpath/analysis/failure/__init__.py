"""How code fails: where values are lost, what handlers do, what ends a retry, what bounds a call."""
