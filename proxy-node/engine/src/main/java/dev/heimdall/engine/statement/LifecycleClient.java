package dev.heimdall.engine.statement;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.lease.Stickiness;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.PinReason;

/** A session as the judgement of its statements sees it; all on its loop. */
public interface LifecycleClient extends ScopedClient, ActingClient, RunningClient {
  PoolMetrics counters();

  /** The present server connection, or null. */
  ServerConnection server();

  /** Whether the server is being asked for settings, by which names may mean something else. */
  boolean awaitsSettings();

  /** Why the session keeps its server connection between transactions, as rules want it. */
  Stickiness stickiness();

  /** Whether a batch is being read again whose statements must not be repeated. */
  boolean repeatsGuarded();

  /** A statement is being sent of which this is known. */
  void sending(boolean mayRepeat, boolean mayRunLater, boolean dropsNames);

  /** A statement is being sent that may ask for values of sequences. */
  void guardSequences(ServerConnection server, boolean known);

  /** A statement is being sent over this connection that may send notifications. */
  void notifies(ServerConnection server);

  /** Whether its transaction is being carried out once more, after its server was lost. */
  boolean replays();

  /** The transaction cannot be replayed any more. */
  void giveUpReplay(Unreplayed why);

  void pin(PinReason reason);

  /** The session is pinned for less, and may have no need of its server connection. */
  void pinEnded();
}
