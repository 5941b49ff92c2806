"""The behaviour of Azure Cosmos DB that the project relies on, tested against any server in its place."""
