"""What the commands print, and how: texts, lists, colours, pages, times."""
