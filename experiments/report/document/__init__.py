"""A document of several chapters: outline, methods, bibliography, Markdown and LaTeX."""
