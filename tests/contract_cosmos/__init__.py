"""What this software relies on in Azure Cosmos DB, asked of whichever server stands in for it."""
