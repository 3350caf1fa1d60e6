"""How the article's ideas are shown: tables and figures made of the sheets, and nothing computed."""
