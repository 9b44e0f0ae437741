"""The current release in open formats: a file a product and format, and what says what they are."""
