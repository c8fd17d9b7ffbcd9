"""Copies an installation's database to a file while it runs, and makes an installation of such a file again."""
