package dev.heimdall.engine.caching;

import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.placement.RoutedStatement;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A session as the cache sees it; all on its loop. */
public interface CachingClient {
  /** Where results of its virtual database are kept; null where none are. */
  QueryCache cache();

  /** What was written to its data source; null where nobody wants to know. */
  ClusterView view();

  /** The statement at the reader's position. */
  RoutedStatement next();

  /** Whether its statements stand alone: no transaction is begun, held back or lost. */
  boolean standsAlone();

  /** Whether it keeps its server connection. */
  boolean keepsServer();

  /**
   * Who asks, as far as that makes a difference to answers: the database, its user, and whatever
   * differs of its settings from those of a new connection.
   *
   * @param shared whether the user makes none
   */
  Object asker(boolean shared);

  /** About how many bytes that takes. */
  long askerWeight();

  /**
   * The same in texts that are the same at all nodes: the data source, the database, its user, the
   * settings.
   */
  List<String> askerAnywhere(boolean shared);

  /** Its event loop. */
  Executor loop();

  /** Runs something on it later. */
  void later(Runnable task, long nanos);

  /** What waits can be handled again. */
  void resumeReading();

  /** Whether the present server connection leads to a replica. */
  boolean away();

  /** Whether what it answers may miss more than the consistency allows. */
  boolean stale();

  /**
   * A result that is kept, and holds as far as the node knows, is not what the server answers.
   *
   * @param decision which rules have the two compared
   * @param kept a digest of it, if anybody wants it; likewise of what the server answers
   */
  void resultDiffers(
      Decision decision,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered);

  /** A statement was answered from the cache, or could have been. */
  void counted(boolean hit);

  /** A statement that a rule wants cached is not. */
  void counted(Uncached reason);
}
