"""Compares every query text of the project with Cosmos DB's own planner, and local/cosmos with both."""
