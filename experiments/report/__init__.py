"""From frames to tables and figures: what an experiment shows on a terminal, in LaTeX, in Markdown, drawn.

`tables` writes tables (`formats` the values in them, `escapes` the texts, `terminal` and `latex` two of the
three renderings). `figures` saves drawings; `charts`, `bars` and `spaces` draw, `cuts` says who has which
piece of a hash space, `layout` what fits where, and `palette` gives an algorithm its colour. None of them
imports pandas, rich or matplotlib before it is used.
"""
