"""Tables: a small array from places to nodes, made anew at each event, and one read a lookup."""
