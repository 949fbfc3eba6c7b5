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

/** Facts that one pool knows about its virtual database. Thread-safe. */
public interface PoolScope {
  /** True if sessions wait for its connections; callable from any thread. */
  boolean isAwaited();

  /** Errors for statements that need a writer when there is none. */
  interface NoWriter {
    /**
     * Error that names why there is no server to connect to, for a statement that has waited for
     * one.
     */
    ServerError error();

    /** Error that prevents one more statement from waiting for a writer; null if it can wait. */
    ServerError noRoom();
  }

  /** Makes room at the server, at the cost of idle connections. */
  interface Room {
    /** True if the server takes hardly any more connections. */
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

  /** Watch that reports where connections go; null if there is none. */
  WriterWatch watch();

  /** View in which writes to the pool's cluster are noted; null if they are not tracked. */
  default ClusterView writes() {
    WriterWatch watch = watch();
    return watch == null || !watch.view().tracksWrites() ? null : watch.view();
  }

  /** A server has shown that it is not what it is taken for. */
  void suspect(ServerConnection connection, String why);

  /** True if the connections are for one replica of a cluster. */
  boolean reader();

  PoolEvents events();

  /** True if no session gets a server connection now: paused, or there is no server to go to. */
  boolean holdsBack();

  /** True if there is a server to connect to. */
  boolean directed();

  /** True if the server is one of a cluster, and has not answered of late. */
  boolean silent();

  /**
   * True if a statement that began at this time, and is unanswered, may be so because the server is
   * silent, rather than because it takes long.
   */
  boolean silentSince(long began);

  /** True if the server to connect to is known only since less than so long. */
  boolean directedWithin(Duration time, long now);

  /** Errors or stand-in for statements while there is no server to connect to. */
  NoWriter missing();

  /** Time that a statement waits for a server that cannot be reached, or is not known. */
  Duration serverWait();

  /** True if a connection was made before its server answered last; a writer's always is warm. */
  boolean warm(ServerConnection connection);

  /** True if one more connection of this user may stay idle. */
  boolean mayIdle(String user);

  /** Grows when connections that were made before must serve no session any more. */
  long generation();

  /** Room that other pools make for one. */
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
