"""Replaces Azure on one machine: Azurite, a Cosmos server, a Speech simulator, a functions host."""
