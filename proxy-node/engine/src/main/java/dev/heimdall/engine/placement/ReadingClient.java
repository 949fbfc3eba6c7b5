package dev.heimdall.engine.placement;

import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;

/** A session as its reads from replicas see it; all on its loop. */
public interface ReadingClient {

  /** Those of its own data source. */
  VdbPools ownPools();

  PoolKey poolKey();

  /** The pool of this key among others' pools; the session has joined it until it ends. */
  LoopPool join(VdbPools pools, PoolKey key);

  /** The statement at the reader's position. */
  RoutedStatement next();

  /**
   * The length of what waits first, if it is one statement, or so many in one batch, that stands
   * alone; else 0.
   */
  int standsAlone(int most, int statements);

  DefinitionChanges definitions();

  boolean keepsServer();

  /** Whether the present server connection may be listening. */
  boolean undecidedListening();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** What kept the client's statements waiting is over. */
  void resumeReading();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
