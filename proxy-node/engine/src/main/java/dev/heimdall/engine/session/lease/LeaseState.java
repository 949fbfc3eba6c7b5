package dev.heimdall.engine.session.lease;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** State of a session's hold on a server connection; its lease alone changes it. */
public enum LeaseState {
  /** Authenticated; what a server reports to sessions like this one is being asked for. */
  STARTING,
  /** Has no server connection and needs none. */
  READY,
  /** Waits in its pool's queue. */
  WAITING,
  /** Has a server connection whose variables are being made the session's. */
  SYNCING,
  /** Has a server connection. */
  ACTIVE,
  /** Has one statement in the pipeline of a server connection that others use as well. */
  SHARING,
  /** The client has disconnected; a server connection may still have to be brought to rest. */
  CLOSED;

  private static final Map<LeaseState, EnumSet<LeaseState>> MOVES =
      new EnumMap<>(
          Map.of(
              STARTING, EnumSet.of(READY, CLOSED),
              READY, EnumSet.of(WAITING, SYNCING, ACTIVE, CLOSED),
              WAITING, EnumSet.of(READY, SYNCING, ACTIVE, CLOSED),
              SYNCING, EnumSet.of(READY, ACTIVE, CLOSED),
              ACTIVE, EnumSet.of(READY, SYNCING, SHARING, CLOSED),
              SHARING, EnumSet.of(READY, ACTIVE, CLOSED),
              CLOSED, EnumSet.noneOf(LeaseState.class)));

  public boolean mayBecome(LeaseState next) {
    return MOVES.get(this).contains(next);
  }
}
