"""An AWS emulator: takes moto_server's arguments, prints its address, and ends when its standard input does."""

import os
import sys
import threading

import stacks  # noqa: F401  teaches it what stacks of a deployment need
from moto.core.responses import ActionResult
from moto.elasticache.responses import ElastiCacheResponse
from moto.server import main

# The emulator does not know serverless caches: there are none.
ElastiCacheResponse.describe_serverless_caches = lambda self: ActionResult({"ServerlessCaches": []})

# Whoever started it holds the other end: not even its sudden death leaves a server behind.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(sys.argv[1:])
