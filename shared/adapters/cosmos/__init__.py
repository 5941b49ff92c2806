"""Azure Cosmos DB: the two containers as the ports Jobs and Transcripts."""

from shared.adapters.cosmos.client import connect
from shared.adapters.cosmos.connection import Connection, Database
from shared.adapters.cosmos.jobs import CosmosJobs
from shared.adapters.cosmos.transcripts import CosmosTranscripts

__all__ = ["Connection", "CosmosJobs", "CosmosTranscripts", "Database", "connect"]
