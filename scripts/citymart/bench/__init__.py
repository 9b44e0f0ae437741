"""What the project promises to be fast or right, measured: `python -m citymart.bench` runs it all."""
