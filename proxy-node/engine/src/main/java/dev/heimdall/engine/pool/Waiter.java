package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.postgres.PgError;

/** A session that asks for a server connection. Called on its own event loop. */
public interface Waiter {
  /** Variables of the session; a connection that has them already is preferred. */
  Variables variables();

  /** A connection is here; the waiter holds it until it gives it back. */
  void acquired(ServerConnection connection);

  /** None will come. */
  void refused(PgError error);

  /** The wait has become long; called once a wait. Says whether a client was told. */
  boolean waitsLong();
}
