"""Base page, components, styles and template tags; knows no app."""
