package dev.heimdall.engine.session;

import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.placement.Writes;
import dev.heimdall.engine.statement.RunningStatements;

/** Counts how much one client makes the node keep of what it has sent. */
final class HeldInput {
  /** So many of a client that were sent and not answered are not counted. */
  private static final int FEW_STATEMENTS = 64;

  /** So many bytes that are kept to be sent again are not counted. */
  private static final int LITTLE_KEPT = 16 * 1024;

  /** What one that was sent and not answered takes, about, of each that keeps it. */
  private static final long OF_STATEMENT = 100;

  private final ClientInput input;
  private final RequestHandler messages;
  private final SentUnits sent;
  private final SessionState carried;
  private final Writes writes;
  private final RunningStatements running;
  private final SessionMemory memory;

  HeldInput(
      ClientInput input,
      RequestHandler messages,
      SentUnits sent,
      SessionState carried,
      Writes writes,
      RunningStatements running,
      SessionMemory memory) {
    this.input = input;
    this.messages = messages;
    this.sent = sent;
    this.carried = carried;
    this.writes = writes;
    this.running = running;
    this.memory = memory;
  }

  void count() {
    int kept = sent.size();
    int statements = carried.noted() + writes.noted() + running.size();
    memory.input(
        input.held()
            + messages.held()
            + (kept > LITTLE_KEPT ? kept : 0)
            + (statements > FEW_STATEMENTS ? OF_STATEMENT * statements : 0));
  }
}
