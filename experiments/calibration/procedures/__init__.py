"""The procedures whose rates are measured, by kind, and the data sets that they are tried on."""
