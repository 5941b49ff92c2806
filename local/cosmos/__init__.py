"""The Cosmos server: replaces Azure Cosmos DB on one machine. server.mjs says how it works."""

from local.cosmos.server import KEY, Cosmos, start_cosmos

__all__ = ["KEY", "Cosmos", "start_cosmos"]
