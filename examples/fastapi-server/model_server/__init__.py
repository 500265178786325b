"""A model behind HTTP, to the platform's contract for model servers: see the README beside this folder."""
