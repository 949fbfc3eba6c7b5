package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LoopPool;

/** A session's statements in the pipelines of server connections that others use as well. */
public interface SharedPlaces {
  /** A place in a pipeline of this pool's connections; null for a connection of its own. */
  ServerConnection place(LoopPool pool);

  /** Takes a place that was waited for. */
  ServerConnection take(Lane place);

  /** The statement that waited has a connection to itself. */
  void alone();

  /** True if the statement at the reader's position has been in a shared pipeline before. */
  boolean again();

  /** True if the session has a statement in a shared pipeline, or is about to put it there. */
  boolean active();

  /**
   * Way in which the statement being sent has got its connection, in words; queried once for each.
   */
  String takeHow();

  /** A statement has taken so long, which was by itself on its connection or in a pipeline. */
  void ran(RunHistory of, long nanos, boolean alone, long bytes);
}
