package dev.heimdall.engine.admin;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.takeover.Remaining;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Access of the operator's endpoints to the node: the state that they may see, and the actions that
 * they may request. The implementation asks each event loop and puts the answers together: no
 * method blocks, stages may complete on any thread, rows come in any order.
 *
 * <p>Where a virtual database is named, {@code null} stands for all of them. A name that does not
 * exist, or something that cannot be done, completes the stage with an {@link AdminException}.
 */
public interface NodeView {
  /** One row for each virtual database, database and user with connections of either side. */
  CompletionStage<List<PoolRow>> pools();

  /** One row for each client connection, those that are still logging in included. */
  CompletionStage<List<ClientRow>> clients();

  /** One row for each server connection. */
  CompletionStage<List<ServerRow>> servers();

  /** The clusters that the node watches. */
  List<ClusterRow> clusters();

  /** The servers of all of them. */
  List<ClusterNodeRow> clusterNodes();

  /** The last events of each of them. */
  List<ClusterEventRow> clusterEvents();

  /** The process' memory, and what each large cache has of it. */
  List<MemoryRow> memory();

  /** One row for each virtual database with a cache. */
  List<CacheRow> cache();

  /** One row for each feed of what is written past the nodes. */
  List<FeedStatus> changes();

  /** Statistics of statements with these caches, by pattern. */
  List<CachePatternRow> cachePatterns();

  /** Counts of statements by their pattern, and of evicted patterns. */
  List<PatternRow> patterns();

  /** Statements that rules have deferred, by queue. */
  List<QueueRow> queues();

  /** Plans that rules had taken. */
  List<PlanRow> plans();

  /** Patterns that rules learnt. */
  List<LearnedRow> learned();

  /** The clients that a process whose place the node takes still has. */
  Remaining remaining();

  /** The topology documents that it has, and what became of pushes. */
  FeedState topology();

  /** Takes another one, if it is signed and newer. */
  Push.Outcome topology(Push push);

  /** State of the shared store; empty for a node that has none. */
  Optional<StoreState> store();

  /** A virtual database with what is behind it, as it is configured now; empty if there is none. */
  Optional<ServedVdb> served(String vdb);

  /** The effective configuration in a readable order, secrets masked. */
  List<ConfigRow> config();

  /** Source of the configuration, and the state of its loading; no part of it is a secret. */
  ConfigurationState configState();

  /** The name this node has in its fleet. */
  String nodeId();

  /** The version of the build, such as "0.1.0". */
  String version();

  /**
   * Readiness of the node for clients, with the reason if it is not ready. Cheap: asked for every
   * second.
   */
  NodeHealth health();

  /**
   * Runs a trivial statement through the pool of the virtual database, as a client's would. The
   * caller gives up after a short time of its own.
   */
  CompletionStage<ProbeResult> probe(String vdb);

  /**
   * Lets running transactions finish and gives out no server connection until {@link #resume}; new
   * statements wait.
   *
   * @return how many virtual databases are paused now and were not before, once no server
   *     connection of all those named is in use. Cancelling it as a future ends the wait, and the
   *     pause of those that were not paused before
   */
  CompletionStage<Integer> pause(String vdb);

  /**
   * Ends a pause.
   *
   * @return how many pools were paused
   */
  CompletionStage<Integer> resume(String vdb);

  /**
   * Replaces server connections by new ones, each as soon as it is free.
   *
   * @return how many server connections will be replaced
   */
  CompletionStage<Integer> reconnect(String vdb);

  /**
   * Lets go of kept results, here, at the other nodes that are told of writes, and in the shared
   * store: of all virtual databases, or of those of a table.
   *
   * @param table its name in full, as {@code SHOW QUERYINFO} shows it; null for all tables
   * @return how many virtual databases have a cache
   */
  CompletionStage<Integer> flushCache(String table);

  /**
   * Closes the connection of a client, with SQLSTATE 57P01; an open transaction is rolled back.
   *
   * @return 1
   */
  CompletionStage<Integer> kill(long clientId);

  /**
   * Cancels what a client runs or waits for, as a cancel request of its own does.
   *
   * @return 1, once the request can hit no later statement
   */
  CompletionStage<Integer> cancel(long clientId);

  /**
   * Reads the configuration again and takes it over if it is valid.
   *
   * @return how many documents changed; an {@link AdminException} names the first problem
   */
  CompletionStage<Integer> reload();

  /**
   * Begins the drain, or joins one that has begun: no new clients, idle ones closed, transactions
   * finished. Completes when the last client is gone or the time allowed is over.
   */
  CompletionStage<Void> drain();
}
