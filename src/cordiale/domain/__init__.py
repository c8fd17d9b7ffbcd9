"""The rules: standard library only, values in, values out."""
