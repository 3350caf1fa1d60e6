"""The sheets of the article's ideas: what each of its tables, figures and sentences states, computed once."""
