package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;

/** Notifies the parts of a session when a statement of its goes, each in its turn. */
final class Sending {
  private final SessionContext session;
  private final VdbContext vdb;
  private final NextStatement next;
  private final QueryPipeline pipeline;
  private final SessionScope scope;
  private final OwnDefinitions definitions;
  private final Listening listening;
  private final RunningStatements running;
  private final ReplicaReads reads;
  private final Writes writes;
  private final SessionState carried;
  private final ClientTransaction transaction;

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  /** Null until a call is sent that pins the session. */
  private DoubtedCalls doubtedCalls;

  /** Null until then as well. */
  private CalledPin called;

  Sending(
      SessionContext session,
      NextStatement next,
      QueryPipeline pipeline,
      SessionScope scope,
      OwnDefinitions definitions,
      RunningStatements running,
      ReplicaReads reads,
      Writes writes,
      SessionTraces traces) {
    this.session = session;
    this.vdb = session.vdb();
    this.next = next;
    this.pipeline = pipeline;
    this.scope = scope;
    this.definitions = definitions;
    this.listening = session.listening();
    this.running = running;
    this.reads = reads;
    this.writes = writes;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.traces = traces;
  }

  /**
   * A group of messages is answered, and this is where the transaction stands.
   *
   * @param error what it has ended with; null for none
   * @param part what was carried out of it, where more is known than by that; else null
   * @param reached how many of its statements the server may have carried out
   */
  void answered(
      long group, TransactionState status, ServerError error, CarriedOut part, int reached) {
    definitions.answered(group, status);
    PinReason gone = called == null ? null : called.answered(group, error, part, reached);
    if (doubtedCalls != null) {
      if (gone != null) {
        doubtedCalls.uncalled(gone);
      }
      doubtedCalls.answered(group, status, error);
    }
  }

  /**
   * The next statement is being sent over this connection, or what is answered in its place.
   *
   * @param deferral what may have had it carried out later, elsewhere
   */
  @SuppressWarnings("ReferenceEquality") // facts without effects are shared
  void over(ServerConnection server, Deferral deferral) {
    Statement statement = next.statement();
    StatementFacts effects = next.effects();
    Decision decision = next.decision();
    FingerprintEntry known = next.known();
    if (next.mayNotify()) {
      listening.sends(server, carried.sent());
    }
    boolean begins = effects == StatementFacts.BEGIN && next.mayRunLater();
    session
        .sent()
        .reads()
        .statement(begins || next.mayRepeat(), next.mayRunLater(), begins, effects.dropsNames());
    countKind(decision, statement, effects);
    writes.note(statement, effects, decision, next.judgedBy());
    reads.noteEnd(effects);
    definitions.sent(statement, effects, next.mayDefineRoutine());
    freeDatabases(effects);
    if (decision.trigger().isPresent()) {
      session.sent().transaction().giveUp(Unreplayed.RULE);
    }
    PatternCounts counts = next.counts();
    running.count(counts);
    if (traces != null) {
      traces.sent(server, reads.away(), carried.sent());
    }
    if (known != null) {
      if (NextStatement.mayReadSequences(statement, next.doubted())) {
        session.protocol().guardSequences(server, statement.readsSequences());
      }
      running.observe(known, statement, counts);
      if (statement != null
          && deferral.executed() == null
          && !next.settledWithoutServer()
          && !next.failed()) {
        noteSession(server, statement);
      }
      if (pipeline.ruled()) {
        session.lease().rulePins().statement(decision);
        running.add(next.running(carried.sent()));
      }
    }
    scope.noteTemporary(server, statement, effects);
    if (vdb.cache() == null || !onlyReads(effects)) {
      transaction.doesMore();
    }
  }

  /** True if its transaction does nothing but read with it; not needed without a cache. */
  private boolean onlyReads(StatementFacts effects) {
    return switch (effects.kind()) {
      case BEGIN -> {
        transaction.reads().begins(next.normalised(), next.judgesNow());
        yield true;
      }
      case SAVEPOINT -> true;
      default -> next.onlyReads();
    };
  }

  /** Notes what it may do to its session, or leave behind on the connection. */
  private void noteSession(ServerConnection server, Statement statement) {
    if (statement.maySeed()) {
      server.residue().seedInDoubt();
    }
    if (statement.movesPath()) {
      scope.pathMoved();
    }
    if (statement.changesSession() != null) {
      PinReason pin = PinReason.of(statement.changesSession());
      if (doubtedCalls == null) {
        doubtedCalls = new DoubtedCalls(session, definitions);
        called = new CalledPin(session);
      }
      called.sent(pin, next.effects(), next.prepared() ? server.replies().statements() : -1);
      doubtedCalls.sent(statement, pin, next.names(), next.declared());
      scope.pathMoved();
      server.residue().taint();
      if (statement.outlivesDiscard()) {
        server.residue().lastUse();
      }
    } else if (next.doubted() && statement.writesAnything()) {
      // A trigger or view that is not known yet may leave something behind.
      server.residue().taint();
    }
  }

  /** It is being carried out at a data source that answers without a server connection. */
  void elsewhere() {
    countKind(next.decision(), next.statement(), next.effects());
    running.count(next.counts());
    if (traces != null) {
      traces.sentElsewhere(carried.sent());
    }
    if (next.known() != null) {
      running.add(next.running(carried.sent()));
    }
  }

  private void countKind(Decision decision, Statement statement, StatementFacts effects) {
    if (decision.tracked()) {
      StatementMix.count(session.counters(), statement, effects);
    }
  }

  /**
   * Frees databases that the statement needs free from the connections that nodes themselves keep
   * open.
   */
  private void freeDatabases(StatementFacts effects) {
    for (Effect effect : effects.effects()) {
      if (effect.type() == Effect.Type.FREE_DATABASE) {
        vdb.definitions().free(effect.name());
        writes.free(effect.name());
      }
    }
  }
}
