"""Tables: what one is, how its cells are written, and its forms in terminal, Markdown and LaTeX."""
