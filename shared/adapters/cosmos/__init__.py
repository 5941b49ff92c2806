"""Azure Cosmos DB: implements the ports Jobs and Transcripts with its two containers."""

from shared.adapters.cosmos.client import connect
from shared.adapters.cosmos.connection import Connection, Database
from shared.adapters.cosmos.jobs import CosmosJobs
from shared.adapters.cosmos.transcripts import CosmosTranscripts

__all__ = ["Connection", "CosmosJobs", "CosmosTranscripts", "Database", "connect"]
