"""Settings, URL root, middleware and the command line; holds no rule."""
