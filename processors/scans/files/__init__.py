"""A PDF as scanners write it: what of it is an image, and how that is decoded, written and kept whole."""
