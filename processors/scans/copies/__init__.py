"""From pages to copies: whose they are, in which order, and what is missing."""
