"""What the market shows of each product: one description, of which its tables, files and pages are made."""
