package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Optional;

/** What one pool knows of the virtual database that it is for. Thread-safe. */
public interface PoolScope {
  /** Whether sessions wait for its connections; callable from any thread. */
  boolean isAwaited();

  /** What statements hear that need a writer when there is none. */
  interface NoWriter {
    /** Why there is no server to connect to, for a statement that has waited for one. */
    ServerError error();

    /** Why one more statement cannot wait for a writer; null when it can. */
    ServerError noRoom();
  }

  /** Makes room at the server, at the cost of what nobody uses. */
  interface Room {
    /** Whether the server takes hardly any more connections. */
    boolean serverNearlyFull();

    /** The server takes no more, or hardly any: the longest idle one of another pool to it goes. */
    void makeRoomFor(LoopPool asking);

    /** The server has too many prepared statements: idle connections to it let go of theirs. */
    void closePrepared();

    /**
     * The node's connections hold as many prepared statements as they may on the server: idle ones
     * to it let go of some.
     *
     * @param here the loop whose idle connections do so at once
     * @param heldToo whether those go as well that clients hold
     * @param elsewhere whether other loops are to do so as well
     */
    void yieldPrepared(LoopContext here, boolean heldToo, boolean elsewhere);
  }

  /** The virtual database's name. */
  String vdb();

  PoolPlan plan();

  boolean paused();

  /** The server of a cluster that connections go to, or went to last; empty for no cluster. */
  Optional<ServerAddress> clusterServer();

  /** Who tells where connections go; null where nobody does. */
  WriterWatch watch();

  /** Where what is written to its cluster is noted; null where nobody wants to know. */
  default ClusterView writes() {
    WriterWatch watch = watch();
    return watch == null || !watch.view().tracksWrites() ? null : watch.view();
  }

  /** A server has shown that it is not what it is taken for. */
  void suspect(ServerConnection connection, String why);

  /** Whether the connections are for one replica of a cluster. */
  boolean reader();

  PoolEvents events();

  /** Whether nobody gets a server connection now: paused, or there is no server to go to. */
  boolean holdsBack();

  /** Whether there is a server to connect to. */
  boolean directed();

  /** Whether the server is one of a cluster, and has not answered of late. */
  boolean silent();

  /**
   * Whether a statement that began at this time, and is unanswered, may be so because the server is
   * silent, rather than because it takes long.
   */
  boolean silentSince(long began);

  /** Whether the server to connect to is known only since less than so long. */
  boolean directedWithin(Duration time, long now);

  /** What statements hear, or get, while there is no server to connect to. */
  NoWriter missing();

  /** How long a statement waits for a server that cannot be reached, or is not known. */
  Duration serverWait();

  /** Whether a connection was made before its server answered last; a writer's always is warm. */
  boolean warm(ServerConnection connection);

  /** Whether one more connection of this user may stay although nobody uses it. */
  boolean mayIdle(String user);

  /** Grows when connections that were made before must serve nobody any more. */
  long generation();

  /** What other pools let go of for one. */
  Room room();

  /** Makes a connection for a pool, which has counted it. */
  void connectPooled(
      LoopContext context, PoolKey key, ConnectionKeeper keeper, ServerConnector.Handler handler);

  /** Cancels what runs on a connection, as {@link Connector#cancel} does. */
  void cancel(ServerConnection connection, Runnable done);

  /** A connection has ended; told by its listener. */
  void closed(ServerConnection connection);

  /** An audit has found this. */
  void report(PoolAnomaly anomaly, PoolKey key, String what);
}
