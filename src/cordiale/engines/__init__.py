"""The machinery: values in, values out; no Django, no database of ours."""
