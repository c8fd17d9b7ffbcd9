"""How what was kept at the desk is carried out later."""
