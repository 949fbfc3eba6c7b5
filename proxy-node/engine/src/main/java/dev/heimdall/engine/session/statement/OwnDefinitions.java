package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Redefined;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.TransactionState;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Definitions that the session itself has changed, or may have. Until its transaction has ended and
 * everything is answered no catalogue has them, so that it is unknown what code does that
 * statements call. Then the catalogue is read again, and who calls code waits a moment for that.
 */
final class OwnDefinitions {
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Definitions that code may have changed which could not be read. */
  private enum Unread {
    NONE,
    /** The catalogue has not been compared with the database since. */
    AWAITED,
    /** The same, and the session has waited long enough: what code does is unknown. */
    DOUBTED
  }

  private final LongSupplier sent;
  private final ClientTransaction transaction;
  private final Runnable suspected;
  private final Runnable defaultsChanged;
  private final LoopContext loop;

  /** The last group with a statement that may have changed definitions; -1 for none. */
  private long sentIn = -1;

  /** True if they may be of code: more than tables and the like have been defined. */
  private boolean code;

  /** True if it ran code that could not be read, and may have changed definitions by that. */
  private boolean ranUnread;

  /** True if it may have changed what sessions begin with. */
  private boolean changedDefaults;

  private Unread unread = Unread.NONE;

  private long waitingSince;
  private boolean waiting;

  /** Number of statements that were sent and may make routines, or change them. */
  private long routines;

  /** The catalogue that was last compared for the sake of a function that it lacks. */
  private Catalogue.Edition compared;

  /** The catalogue for whose successor the session has waited long enough; null for none. */
  private Catalogue.Edition givenUp;

  /**
   * @param sent the group of messages that is being sent
   * @param suspected has the catalogue look for what code has defined
   * @param defaultsChanged called when sessions may begin with other settings from now on
   */
  OwnDefinitions(
      LongSupplier sent,
      ClientTransaction transaction,
      Runnable suspected,
      Runnable defaultsChanged,
      LoopContext loop) {
    this.sent = sent;
    this.transaction = transaction;
    this.suspected = suspected;
    this.defaultsChanged = defaultsChanged;
    this.loop = loop;
  }

  /**
   * A statement is being sent.
   *
   * @param does what it does to data; null where that is unknown
   * @param routine whether it may define a routine
   */
  void sent(Statement does, StatementFacts effects, boolean routine) {
    routines += routine ? 1 : 0;
    boolean unread = does != null && does.runsUnread();
    boolean itself = effects.redefining() == Redefining.ITSELF;
    if (unread || itself || (does != null && does.mayDefine())) {
      sentIn = sent.getAsLong();
      ranUnread |= unread;
      code |= does == null || unread || !does.keepsCode();
      for (Effect effect : effects.effects()) {
        changedDefaults |= effect.type() == Effect.Type.SESSION_DEFAULTS;
      }
    }
  }

  /** Grows with each statement that may define a routine. */
  long routinesDefined() {
    return routines;
  }

  /** True if some may be there that no catalogue can have. */
  boolean pending() {
    return sentIn >= 0 || transaction.definitionsPending();
  }

  /** Kind of the redefined objects. */
  Redefined redefined() {
    if (unread == Unread.DOUBTED) {
      return Redefined.CODE;
    }
    if (!pending()) {
      return Redefined.NOTHING;
    }
    return sentIn < 0 || code ? Redefined.CODE : Redefined.TABLES;
  }

  /** A group of messages is answered, and this is where the transaction stands. */
  void answered(long group, TransactionState status) {
    if (status != TransactionState.IDLE || sentIn < 0 || group < sentIn) {
      return;
    }
    sentIn = -1;
    code = false;
    if (changedDefaults) {
      changedDefaults = false;
      defaultsChanged.run();
    }
    if (ranUnread) {
      ranUnread = false;
      become(Unread.AWAITED);
      suspected.run();
    }
  }

  private void become(Unread next) {
    unread = next;
  }

  /** True if the session may have changed what the catalogue is not known to have. */
  boolean suspect() {
    return unread != Unread.NONE;
  }

  /** The catalogue is known to have them. */
  void confirmed() {
    become(Unread.NONE);
  }

  /** The catalogue is not there in time, or cannot be read. */
  void doubted() {
    become(Unread.DOUBTED);
  }

  /**
   * True if to go on waiting for the catalogue.
   *
   * @param now the one that is there
   */
  boolean waits(Catalogue.Edition now) {
    if (now == givenUp) {
      return false;
    }
    if (!waiting) {
      waiting = true;
      waitingSince = loop.now();
    }
    if (loop.now() - waitingSince < LONGEST_WAIT_NANOS) {
      return true;
    }
    givenUp = now;
    return false;
  }

  /**
   * True if to wait for a function that the catalogue lacks and that may have been created since:
   * for a function that never appears the session would have to keep its connection for good.
   *
   * @param lacking the catalogue; it is compared with the database once for each
   * @param unconfirmed whether that has not happened yet
   */
  boolean awaitsMade(Catalogue.Edition lacking, boolean unconfirmed) {
    if (lacking != compared) {
      compared = lacking;
      suspected.run();
      return waits(lacking);
    }
    return unconfirmed && waits(lacking);
  }

  /** The statement is judged. */
  void judged() {
    waiting = false;
  }
}
