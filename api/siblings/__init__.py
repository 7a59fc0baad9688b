"""Several serving processes behind one port: a parent that hands out connections, and what its children say."""
