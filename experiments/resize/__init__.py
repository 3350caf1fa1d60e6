"""How long scale events take, over the number of nodes."""
