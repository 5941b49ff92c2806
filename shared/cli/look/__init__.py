"""Commands that show the state of jobs: in Cosmos DB, and at Speech."""
