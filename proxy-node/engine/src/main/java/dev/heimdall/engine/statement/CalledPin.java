package dev.heimdall.engine.statement;

import dev.heimdall.engine.lease.SessionContext;
import dev.heimdall.engine.lease.SessionPins;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/**
 * What has come to pin a session as the statement that was sent last was sent, by what that calls:
 * if the server cannot read the statement, nothing was called.
 */
final class CalledPin {
  private final SessionContext session;
  private final SessionPins pins;

  /** Null where there is none that no other statement has brought. */
  private PinReason pin;

  private StatementFacts facts;
  private long group;

  CalledPin(SessionContext session) {
    this.session = session;
    this.pins = session.carried().pins();
  }

  /**
   * A statement is being sent that pins the session.
   *
   * @param facts what its text says
   */
  void sent(PinReason reason, StatementFacts facts) {
    boolean alone = !pins.all().contains(reason);
    if (alone || reason.equals(pin)) {
      // Event triggers run ahead of a definition whose body is read as late as that.
      pin = alone && facts.redefining() != Redefining.ITSELF ? reason : null;
      this.facts = facts;
      group = session.carried().sent();
    }
    session.pin(reason);
  }

  /**
   * A group of messages is answered.
   *
   * @return what pins the session no more; null for nothing
   */
  PinReason answered(long answered, ServerError error) {
    if (pin == null || answered < group) {
      return null;
    }
    boolean unread = answered == group && error != null && session.errors().unread(error, facts);
    PinReason gone = unread ? pin : null;
    pin = null;
    if (unread) {
      pins.remove(gone);
    }
    return gone;
  }
}
