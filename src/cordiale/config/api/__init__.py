"""The API root: its address, what holds for every route, and the page that describes it."""
