"""Generated from proto/keepline; make proto writes it anew."""
