"""Who may see what: audiences, the agreements under which they do, their keys, and the files they get."""
