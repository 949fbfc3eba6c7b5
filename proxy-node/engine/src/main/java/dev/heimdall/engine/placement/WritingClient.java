package dev.heimdall.engine.placement;

import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.pool.PoolScope;
import dev.heimdall.engine.pool.VdbPools;
import java.util.concurrent.CompletableFuture;

/** A session as what it writes sees it; all on its loop. */
public interface WritingClient {

  /** Where the present or awaited server connection comes from. */
  PoolScope lender();

  /** Those of its own data source. */
  VdbPools ownPools();

  /** Whether the present or awaited server connection leads to a replica. */
  boolean away();

  /** The server's name of it. */
  String database();

  DefinitionChanges definitions();

  /** What is written to the client from now on waits for this. */
  void delayReplies(CompletableFuture<Void> until);
}
