"""Queue functions that do what their messages say."""
