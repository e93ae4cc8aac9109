"""How each real component is started, and how it shows that it is ready."""
