"""From frames to tables and figures: what an experiment shows on a terminal, in LaTeX, in Markdown and drawn.

`tables` writes tables, `formats` the values in them, `figures` saves drawings, `charts` and `spaces` draw,
and `palette` gives an algorithm its colour. None imports pandas, rich or matplotlib before it is used.
"""
