"""The desk: what people who keep the register true work with; the top of the house, it may ask every app below."""
