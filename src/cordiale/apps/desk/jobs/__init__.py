"""The kinds of long work that the desk does."""

from cordiale.apps.desk.jobs import digests, workbooks

__all__ = ["digests", "workbooks"]
