"""What several scale events in a row come to."""
