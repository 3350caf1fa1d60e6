"""The article: text by hand; every number, table and figure comes from ``results/``.

``python -m paper.build`` writes ``paper/generated/`` from the stored results of the profile ``full``, and
``make paper`` sets ``paper/shardlab.pdf`` from it. `sources` reads the results, `values` names the numbers
that the text may use, `tables` and `figures` are what their names say, and `prose` finds numbers in the
text that come from nowhere.
"""
