package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.SessionPins;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/**
 * Pins that the last statement has brought by the code that it calls: if the server cannot parse
 * the statement, or skips it, nothing was called.
 */
final class CalledPin {
  private final SessionContext session;
  private final SessionPins pins;

  /** Null where there is none that no other statement has brought. */
  private PinReason pin;

  private StatementFacts facts;
  private long group;
  private int at;

  CalledPin(SessionContext session) {
    this.session = session;
    this.pins = session.carried().pins();
  }

  /**
   * A statement is being sent that pins the session.
   *
   * @param facts what its text says
   * @param at how many statements of its group were sent ahead of it; negative where that says
   *     nothing
   */
  void sent(PinReason reason, StatementFacts facts, int at) {
    boolean alone = !pins.all().contains(reason);
    if (alone || reason.equals(pin)) {
      pin = alone ? reason : null;
      this.facts = facts;
      this.at = at;
      group = session.carried().sent();
    }
    session.pin(reason);
  }

  /**
   * A group of messages is answered.
   *
   * @param part what was carried out of it, where more is known than by the error; else null
   * @param reached how many of its statements the server may have carried out
   * @return what pins the session no more; null for nothing
   */
  PinReason answered(long answered, ServerError error, CarriedOut part, int reached) {
    if (pin == null || answered < group) {
      return null;
    }
    boolean uncalled =
        answered == group && error != null && (at >= reached || uncalled(error, part));
    PinReason gone = uncalled ? pin : null;
    pin = null;
    if (uncalled) {
      pins.remove(gone);
    }
    return gone;
  }

  private boolean uncalled(ServerError error, CarriedOut part) {
    if (part != null) {
      return !part.runsCode();
    }
    return session.errors().uncalled(error, facts);
  }
}
