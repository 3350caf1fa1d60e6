"""Figures: what one is, how it is rendered, and the charts that are drawn into it."""
