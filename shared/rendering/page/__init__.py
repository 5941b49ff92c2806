"""The transcript page: a recording as one HTML file that needs nothing else.

The conversation is written as HTML, so that it is there before the script runs, and without it. Numbers and the
phrases behind each turn are JSON in elements that are never run. The policy in the file allows only its own style and
script, by their hashes, and sound from the user's disk.
"""

from shared.rendering.page.page import page

__all__ = ["page"]
