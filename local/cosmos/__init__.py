"""The Cosmos server: what stands in for Azure Cosmos DB on one machine. How it works: server.mjs."""

from local.cosmos.server import KEY, Cosmos, start_cosmos

__all__ = ["KEY", "Cosmos", "start_cosmos"]
