"""Commands that start work: send jobs to the queue, split a file."""
