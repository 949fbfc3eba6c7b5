package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Calls that pin the session only because the catalogue could not tell what they do to it: it lacks
 * the function, or definitions may just have changed. Once they are answered and no transaction is
 * open, the catalogue is compared with the database; a call that has left its session as it was
 * pins it no longer then.
 */
final class DoubtedCalls {
  /** Of a session that has more at a time, or for more reasons, all stay. */
  private static final int MOST = 32;

  /** Those that would take more bytes in memory pin the session for good. */
  private static final long HEAVIEST = 32 << 10;

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  /** So often is the catalogue looked at before the session's next statement. */
  private static final int LOOKS = 60;

  private static final int NO_SUCH_ROUTINE = 1305;

  private final SessionContext session;
  private final VdbContext vdb;
  private final SessionState carried;
  private final OwnDefinitions own;
  private final LoopContext loop;
  private final List<Call> calls = new ArrayList<>(0);

  /** Reasons that stay, as the outcome can no longer be determined. */
  private final Set<PinReason> lasting = new HashSet<>(0);

  private long weight;

  /** True if the catalogue is being compared since the last of the calls was answered. */
  private boolean comparing;

  private boolean planned;
  private int looks;

  /** One statement, and from where it was looked at. */
  private static final class Call {
    private final ParsedStatement parsed;
    private final NameScope scope;
    private final int[] declared;
    private final PinReason pin;
    private final long defined;
    private long group;
    private boolean answered;

    /** True if each time it was sent there was no such function. */
    private boolean undefined = true;

    /**
     * @param group the group of messages that it is sent in
     * @param defined how many routines the session had defined
     */
    Call(
        ParsedStatement parsed,
        NameScope scope,
        int[] declared,
        PinReason pin,
        long group,
        long defined) {
      this.parsed = parsed;
      this.scope = scope;
      this.declared = declared;
      this.pin = pin;
      this.group = group;
      this.defined = defined;
    }
  }

  DoubtedCalls(SessionContext session, OwnDefinitions own) {
    this.session = session;
    this.vdb = session.vdb();
    this.carried = session.carried();
    this.own = own;
    this.loop = session.loop();
  }

  /**
   * A statement is being sent that pins the session.
   *
   * @param scope from where it was looked at; null where that is not known any more
   * @param declared object ids of the types that its parameters are given
   */
  void sent(Statement statement, PinReason pin, NameScope scope, int[] declared) {
    if (lasting.contains(pin) || lasting.size() > MOST) {
      return;
    }
    if (scope != null && sentBefore(statement, pin, scope, declared)) {
      comparing = false;
      return;
    }
    if (scope == null || calls.size() >= MOST || !mayLeaveSession(statement, scope, declared)) {
      lasts(pin);
      return;
    }
    calls.add(
        new Call(statement.parsed(), scope, declared, pin, carried.sent(), own.routinesDefined()));
    weight += weight(statement.parsed(), declared);
    carried.pins().doubt(pin);
    comparing = false;
  }

  /**
   * True if it is one of those that are known; which is sent once more then. For another reason it
   * is another one: each is a pin of its own.
   */
  private boolean sentBefore(Statement statement, PinReason pin, NameScope scope, int[] declared) {
    for (Call call : calls) {
      if (call.parsed == statement.parsed()
          && call.pin.equals(pin)
          && call.defined == own.routinesDefined()
          && call.scope.equals(scope)
          && Arrays.equals(call.declared, declared)) {
        call.group = carried.sent();
        call.answered = false;
        return true;
      }
    }
    return false;
  }

  /** True if the catalogue may come to say so, which did not when the statement was judged. */
  private boolean mayLeaveSession(Statement statement, NameScope scope, int[] declared) {
    ParsedStatement parsed = statement.parsed();
    Catalogues catalogues = vdb.rulesAndCatalogues().catalogues();
    boolean definesBesides = parsed.statements() > 1 && statement.mayDefine();
    return catalogues.enabled()
        && !definesBesides
        && weight + weight(parsed, declared) <= HEAVIEST
        && catalogues.current(scope.database()).mayLeaveSession(parsed, scope, declared);
  }

  private static long weight(ParsedStatement parsed, int[] declared) {
    return parsed.weight() + 4L * declared.length;
  }

  private void lasts(PinReason pin) {
    lasting.add(pin);
    carried.pins().add(pin);
    if (lasting.size() > MOST) {
      calls.forEach(call -> carried.pins().add(call.pin));
      calls.clear();
      weight = 0;
    }
  }

  /** Forgets this reason and the calls that brought it, because they were not made. */
  void uncalled(PinReason pin) {
    lasting.remove(pin);
    calls.removeIf(call -> call.pin.equals(pin));
    weight = 0;
    calls.forEach(call -> weight += weight(call.parsed, call.declared));
  }

  /**
   * A group of messages is answered, and this is where the transaction stands.
   *
   * @param error what it has ended with; null for none
   */
  void answered(long group, TransactionState status, ServerError error) {
    if (calls.isEmpty()) {
      return;
    }
    boolean all = true;
    for (Call call : calls) {
      if (!call.answered && call.group <= group) {
        call.answered = true;
        call.undefined &= error != null && isUndefined(error);
      }
      all &= call.answered;
    }
    if (all && status == TransactionState.IDLE && !own.pending()) {
      looks = 0;
      if (!comparing) {
        comparing = true;
        vdb.definitions().suspected(session.lease().destinations().database());
      }
      look();
    }
  }

  private static boolean isUndefined(ServerError error) {
    return error.sqlState().equals(Sqlstate.UNDEFINED_FUNCTION)
        || error.number() == NO_SUCH_ROUTINE;
  }

  /** Returns whether the session is pinned for less. */
  private boolean look() {
    Catalogue now =
        vdb.rulesAndCatalogues().catalogues().current(session.lease().destinations().database());
    if (!now.confirmed()) {
      lookLater();
      return false;
    }
    List<Call> known = List.copyOf(calls);
    calls.clear();
    weight = 0;
    known.stream().filter(call -> !leftSession(call, now)).forEach(call -> lasts(call.pin));
    boolean ended = false;
    for (Call call : known) {
      if (!lasting.contains(call.pin)) {
        carried.pins().remove(call.pin);
        ended = true;
      }
    }
    return ended;
  }

  private void lookLater() {
    if (!planned && looks < LOOKS) {
      planned = true;
      long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(looks, 10));
      looks++;
      loop.later(this::lookAgain, pause, TimeUnit.MILLISECONDS, session::failed);
    }
  }

  private void lookAgain() {
    planned = false;
    ServerLease lease = session.lease();
    boolean atRest = session.pending().outstanding() == 0; // else it is looked at when answered
    if (atRest && !lease.closed() && comparing && !calls.isEmpty() && look()) {
      if (lease.server() != null) {
        session.protocol().pinEnded(lease.server());
      }
      lease.settle();
    }
  }

  /**
   * True if a call has left its session as it was, by a catalogue that was compared with the
   * database after it. What the session has defined since may have been something else.
   */
  private boolean leftSession(Call call, Catalogue now) {
    return call.defined == own.routinesDefined()
        && (now.leavesSession(call.parsed, call.scope, call.declared)
            // Who names a function that is not there gets no further than that.
            || (call.undefined && now.lacksCode(call.parsed, call.scope)));
  }
}
