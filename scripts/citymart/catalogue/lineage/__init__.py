"""Which columns a column derives from: of a query, of a project, and as the market shows it."""
