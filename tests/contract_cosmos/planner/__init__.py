"""Every query text of the project, held against Cosmos DB's own planner, and local/cosmos held against both."""
