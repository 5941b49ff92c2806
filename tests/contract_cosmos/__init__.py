"""What the project relies on in Azure Cosmos DB, tested against whichever server replaces it."""
