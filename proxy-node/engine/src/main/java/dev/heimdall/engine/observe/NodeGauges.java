package dev.heimdall.engine.observe;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * State of the node at the moment of a scrape.
 *
 * @param reachable by virtual database, whether a server of it could be reached last
 * @param remaining clients that the process before still has, by every reason that there is
 */
public record NodeGauges(
    boolean ready,
    boolean draining,
    Map<String, Boolean> reachable,
    Map<String, Integer> remaining,
    List<Pool> pools,
    List<ClusterNode> nodes,
    List<Region> regions,
    List<Changes> changes,
    Feed feed,
    Config config,
    Caches caches) {
  public NodeGauges {
    reachable = Map.copyOf(reachable);
    remaining = Map.copyOf(remaining);
    pools = List.copyOf(pools);
    nodes = List.copyOf(nodes);
    regions = List.copyOf(regions);
    changes = List.copyOf(changes);
  }

  /** State of a node that is just being started. */
  static NodeGauges none() {
    return new NodeGauges(
        false,
        false,
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new Feed(List.of(), Map.of(), 0),
        new Config("", "", "", true, true, false, Optional.empty()),
        Caches.NONE);
  }

  /** A region of a global cluster that follows; a negative number is not known. */
  public record Region(String source, String name, long lagMillis, long rpoMillis) {}

  /**
   * The query caches.
   *
   * @param gets of what nodes keep for each other, by what has become of them; likewise puts. All
   *     outcomes that there are, also without such a tier
   */
  public record Caches(
      List<NearCache> near,
      Optional<FarCache> far,
      Map<String, Long> gets,
      Map<String, Long> puts) {
    static final Caches NONE = new Caches(List.of(), Optional.empty(), Map.of(), Map.of());

    public Caches {
      near = List.copyOf(near);
      gets = Map.copyOf(gets);
      puts = Map.copyOf(puts);
    }
  }

  /**
   * The results of one virtual database.
   *
   * @param bytes that they take, of so many as they may
   * @param farOutdated results of other nodes that were found and not served
   * @param removed results that were let go of, by why
   * @param waiting statements that wait for an equal one, and {@code waited} those that have
   * @param compared results that were compared with what the server answers, by what came of it
   */
  public record NearCache(
      String vdb,
      long results,
      long bytes,
      long limit,
      long stored,
      long farOutdated,
      Map<String, Long> removed,
      long waiting,
      long waited,
      Map<String, Long> compared) {
    public NearCache {
      compared = Map.copyOf(compared);
      removed = Map.copyOf(removed);
    }
  }

  /**
   * Results that nodes keep for each other.
   *
   * @param tracked whether the node knows which keys the store holds
   * @param breakers states of those that keep requests from the store, by which requests
   * @param times how long the store took to answer gets
   */
  public record FarCache(
      boolean connected,
      boolean tracked,
      long keys,
      long inFlight,
      Map<String, String> breakers,
      long deletes,
      long probes,
      LatencySnapshot times) {
    public FarCache {
      breakers = Map.copyOf(breakers);
    }
  }

  /**
   * Origin of the configuration.
   *
   * @param version as the place has it; may be empty
   * @param up whether the place can be read
   * @param valid whether what stands there is what the node runs with
   * @param lookedAgo how long ago it could be looked at, if ever
   */
  public record Config(
      String place,
      String version,
      String hash,
      boolean up,
      boolean valid,
      boolean onCopy,
      Optional<Duration> lookedAgo) {}

  /**
   * Listener to writes to a database past the nodes.
   *
   * @param heard tables in transactions, since it began
   * @param known of those, what the node knew already
   * @param behind bytes that were not read yet; negative where that is unknown
   */
  public record Changes(
      String source,
      String way,
      String database,
      boolean following,
      long heard,
      long known,
      long gaps,
      long behind) {}

  /**
   * Reports on clusters received by topology documents.
   *
   * @param pushes what became of pushes, by outcome
   * @param byPreviousKey those that were let in by another key than the newest
   */
  public record Feed(List<Document> documents, Map<String, Long> pushes, long byPreviousKey) {
    public Feed {
      documents = List.copyOf(documents);
      pushes = Map.copyOf(pushes);
    }
  }

  /**
   * A topology document.
   *
   * @param source who writes it
   * @param by how it came
   * @param age how long ago it was heard that there is none after it
   */
  public record Document(String source, String by, long version, Duration age) {}

  /**
   * A server of a cluster; unknown lags are negative.
   *
   * @param source the data source that the cluster is
   */
  public record ClusterNode(
      String source, String address, String role, boolean up, long lagBytes, long lagMillis) {}

  /**
   * One pool; counts of connections by state, {@code maxWaitMicros} how long the first in the queue
   * has waited.
   *
   * @param prepared statements that its server connections hold prepared
   * @param preparedBytes of their texts
   * @param server the server of a cluster that its connections go to; else null
   */
  public record Pool(
      TrafficLabels key,
      long clientsActive,
      long clientsIdle,
      long clientsWaiting,
      long clientsPinned,
      long serversActive,
      long serversIdle,
      long serversReset,
      long serversLogin,
      long size,
      long maxWaitMicros,
      boolean paused,
      long prepared,
      long preparedBytes,
      String server) {
    /** Both as one: the same pool at two servers. */
    Pool and(Pool other) {
      return new Pool(
          key,
          clientsActive + other.clientsActive,
          clientsIdle + other.clientsIdle,
          clientsWaiting + other.clientsWaiting,
          clientsPinned + other.clientsPinned,
          serversActive + other.serversActive,
          serversIdle + other.serversIdle,
          serversReset + other.serversReset,
          serversLogin + other.serversLogin,
          size,
          Math.max(maxWaitMicros, other.maxWaitMicros),
          paused,
          prepared + other.prepared,
          preparedBytes + other.preparedBytes,
          null);
    }
  }
}
