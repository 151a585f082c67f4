"""Ways to prove who sends a request: a file for each, all with the face in `presented`."""
