package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.memory.LargeInput;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.RunningStatements;

/** Counts how much one client makes the node keep of what it has sent. */
final class HeldInput {
  /** So many of a client that were sent and not answered are not counted. */
  private static final int FEW_STATEMENTS = 64;

  /** So many bytes that are kept to be sent again are not counted. */
  private static final int LITTLE_KEPT = 16 * 1024;

  /**
   * Approximate size of a statement that was sent and not answered, in each component that keeps
   * it.
   */
  private static final long OF_STATEMENT = 100;

  /** A statement of which no more has to be read whole needs no room among the large ones. */
  private static final int SMALL = 64 * 1024;

  private final ClientInput input;
  private final RequestHandler messages;
  private final SentUnits sent;
  private final SessionState carried;
  private final Writes writes;
  private final RunningStatements running;
  private final SessionMemory memory;
  private final ServerLease lease;
  private final LargeInput.Room room;

  /** Bytes for which there is to be room, and whether there is. */
  private long needed;

  private boolean waits;

  /**
   * @param given runs in any thread when there is room for what waits for it
   */
  HeldInput(
      SessionContext session,
      ClientInput input,
      RequestHandler messages,
      Writes writes,
      RunningStatements running,
      Runnable given) {
    this.input = input;
    this.messages = messages;
    this.sent = session.sent();
    this.carried = session.carried();
    this.writes = writes;
    this.running = running;
    this.memory = session.memory();
    this.lease = session.lease();
    this.room = memory.largeInput().room(given);
  }

  /**
   * Counts it.
   *
   * @param awaitsRest whether nothing but the rest of a message is missing that began to come
   */
  void count(boolean awaitsRest) {
    long others = messages.held();
    long large = large(others, awaitsRest);
    if (large > memory.largeInput().most()) {
      memory.refuseLargeInput();
      return;
    }
    if (large != needed) {
      need(large);
    }
    int kept = sent.size();
    int statements = carried.noted() + writes.noted() + running.size();
    long unread = input.held() + others;
    memory.input(
        // What waits for room is little, and no more of it is read.
        (waits ? Math.min(unread, SMALL) : Math.max(0, unread - needed))
            + (kept > LITTLE_KEPT ? kept : 0)
            + (statements > FEW_STATEMENTS ? OF_STATEMENT * statements : 0));
  }

  /** Bytes of the statement that is being sent, if that is a large one; else 0. */
  private long large(long others, boolean awaitsRest) {
    int here = input.size();
    long all = others + (here > 0 && awaitsRest ? Math.max(here, input.expected()) : here);
    ServerConnection to = lease.server();
    if (to != null && !to.writable()) {
      all = Math.max(all, needed); // it has not left
    }
    return all > SMALL ? all : 0;
  }

  private void need(long large) {
    needed = large;
    waits = !room.need(large, lease.server() != null);
  }

  /** True if there is room for a large statement that is being sent. */
  boolean roomy() {
    return needed > 0 && !waits;
  }

  /** True if the client must not be read: there is no room for its statement yet. */
  boolean waits() {
    return waits;
  }

  /** There is room for its statement now. */
  void given() {
    if (waits) {
      need(needed);
    }
  }

  /**
   * True if others wait for the room of its statement, of which the client has not sent all.
   *
   * @param resting whether the session waits for nothing but its client
   */
  boolean awaited(boolean resting) {
    boolean stops = input.incomplete() || (resting && !input.waits());
    return needed > 0 && !waits && stops && room.awaited();
  }

  /** The session has ended. */
  void end() {
    needed = 0;
    waits = false;
    room.need(0, false);
  }
}
