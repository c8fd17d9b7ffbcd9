"""Jobs: long work that survives its worker, can be followed and cancelled, and commits each effect once."""
