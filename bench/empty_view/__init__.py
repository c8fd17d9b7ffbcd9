"""The site with one page more, which holds nothing: what an answer costs before any page is made."""
