package dev.heimdall.engine.listen;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** State of one client's LISTEN; its {@link Listening} alone changes it. */
enum ListeningState {
  /** The client hears what it listens for, if anything. */
  SETTLED,
  /** The hub is being asked to listen; the LISTEN has not been sent. */
  ASKING,
  /** A LISTEN was, or is about to be, sent; what is heard waits for its outcome. */
  UNDECIDED,
  /** The server is being asked for the outcome. */
  DECIDING,
  /** The outcome is known, and the server connection is being freed of its listening. */
  FREEING;

  private static final Map<ListeningState, EnumSet<ListeningState>> MOVES =
      new EnumMap<>(
          Map.of(
              SETTLED, EnumSet.of(ASKING, UNDECIDED),
              ASKING, EnumSet.of(UNDECIDED),
              UNDECIDED, EnumSet.of(ASKING, UNDECIDED, DECIDING, SETTLED),
              DECIDING, EnumSet.of(FREEING, SETTLED),
              FREEING, EnumSet.of(SETTLED)));

  boolean mayBecome(ListeningState next) {
    return MOVES.get(this).contains(next);
  }

  /** True if the server connection stays, and no statement is sent over it. */
  boolean holdsServer() {
    return this == ASKING || decides();
  }

  /** True if statements of the node's own are in progress that decide. */
  boolean decides() {
    return this == DECIDING || this == FREEING;
  }
}
