"""Confidentiality labels as XML in the style of STANAG 4774: what such a label says, written and read.

`statements` holds what a label says, `writing` gives its one form in XML, `reading` takes it apart again and refuses
what it does not understand, `trees` reads XML within bounds. Maps to that standard; no conformance is claimed:
docs/reference/label-xml.md.
"""
