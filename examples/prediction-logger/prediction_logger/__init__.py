"""Stands before a model server that cannot log its answers: see the README beside this folder."""
