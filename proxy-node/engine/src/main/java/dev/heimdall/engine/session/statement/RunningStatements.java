package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The statements of a client that were sent and not answered, by their group: the places they take,
 * the time limit that a rule gives them, and what is logged of each when it comes to its end.
 */
public final class RunningStatements {
  private final SessionContext session;
  private final ReplicaReads reads;
  private final CachedReads cached;
  private final SessionState carried;
  private final LoopContext loop;
  private final SideActions side;
  private final ArrayDeque<Running> running = new ArrayDeque<>(0);
  private final SentPatterns patterns = new SentPatterns();

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  private ScheduledFuture<?> timeLimit;
  private final StatementNotes notes;
  private StatementSummary last;

  /** The one that was sent last, if nothing was written down of it. */
  private FingerprintEntry sent;

  private Statement sentDoes;
  private String pipelined;
  private String answeredBy;

  private Observed observed = Observed.NONE;

  /** The one statement that runs, if its time can be measured; else null. */
  private FingerprintEntry alone;

  /** The last group with a statement whose reply has to wait for a trigger; -1 for none. */
  private long triggering = -1;

  /** Scope of the measured time: it is that of one statement, or not. */
  private enum Observed {
    /** Nothing runs. */
    NONE,
    /** One statement does, by itself. */
    ALONE,
    /** It does among others. */
    SEVERAL
  }

  RunningStatements(
      SessionContext session,
      StatementNotes notes,
      SessionTraces traces,
      SideActions side,
      ReplicaReads reads,
      CachedReads cached) {
    this.session = session;
    this.carried = session.carried();
    this.notes = notes;
    this.traces = traces;
    this.side = side;
    this.reads = reads;
    this.cached = cached;
    this.loop = session.loop();
  }

  /** Notes that rules want written down of statements. */
  public StatementNotes notes() {
    return notes;
  }

  /** Statements that were sent and not answered. */
  public int size() {
    return running.size();
  }

  /** A statement is being sent. */
  void add(Running statement) {
    if (SideActions.holdsReply(statement.decision())) {
      triggering = statement.group();
    }
    limitUser(statement.decision());
    running.add(statement);
    limitTime(statement);
  }

  /**
   * A statement is being sent, which is counted here when it is answered.
   *
   * @param counts null where it is not counted
   */
  void count(PatternCounts counts) {
    patterns.add(counts, carried.sent());
  }

  /**
   * A statement is being sent; how long it takes tells how long others like it will take.
   *
   * @param counts where it is counted; null for nowhere
   */
  void observe(FingerprintEntry statement, Statement does, PatternCounts counts) {
    boolean first = observed == Observed.NONE && session.pending().outstanding() == 0;
    observe(first ? Observed.ALONE : Observed.SEVERAL, first ? statement : null);
    sent = statement;
    sentDoes = does;
    cached.sent();
    pipelined = session.sharing().takeHow();
    answeredBy = reads.note(does, counts);
  }

  private void observe(Observed next, FingerprintEntry one) {
    observed = next;
    alone = one;
  }

  /** Notes that what was sent is answered; it took so long, if it was one statement by itself. */
  public void ran(long nanos, long bytes) {
    if (alone != null && !session.sharing().active()) {
      session.sharing().ran(alone.history(), nanos, true, bytes);
    }
    observe(Observed.NONE, null);
  }

  private void limitUser(Decision decision) {
    decision
        .pool()
        .ifPresent(
            rule ->
                session
                    .vdb()
                    .pools()
                    .limitUser(
                        session.lease().destinations().home().key().credential().user(),
                        rule.maxUserActive(),
                        rule.maxUserIdle()));
  }

  private void limitTime(Running limited) {
    Decision decision = limited.decision();
    if (decision.queryTimeoutMillis().isEmpty() || decision.queryTimeoutMillis().getAsInt() == 0) {
      return;
    }
    timeLimit =
        loop.later(
            () -> {
              if (running.contains(limited)) {
                session.timeOver();
              }
            },
            decision.queryTimeoutMillis().getAsInt(),
            TimeUnit.MILLISECONDS,
            session::failed);
  }

  /** True if the reply that comes now has to wait for a trigger, of any statement in its group. */
  public boolean holdsReply() {
    return !running.isEmpty() && running.peek().group() == triggering;
  }

  /** True if what is sent now would be answered before a reply that has to wait for a trigger. */
  public boolean wouldOvertake() {
    return triggering >= carried.done() && triggering < carried.sent();
  }

  /**
   * Takes a part of the answer to the present group, which has come from a server, or was given in
   * its place.
   */
  public void seen(ByteBuf piece) {
    notes.reply(piece, running);
  }

  /** Notes that a part of the answer to the present group goes to the client. */
  public void data() {
    if (!running.isEmpty()) {
      running.peek().givePlacesBack();
    }
  }

  /** Takes the statement that was sent last for one that was not; null when there is none. */
  Running takeBack() {
    notes.groupOver();
    patterns.takeBack();
    if (traces != null) {
      traces.takeBack();
    }
    return running.pollLast();
  }

  /**
   * Takes the statements of these groups for some that were not sent; the others are over.
   *
   * @param onward whether what was on its way is read again behind them
   */
  List<Running> takeBack(Set<Long> groups, boolean onward) {
    if (traces != null) {
      traces.lost(groups, onward);
    }
    List<Running> back = new ArrayList<>();
    for (Running each : running) {
      if (groups.contains(each.group())) {
        back.add(each);
      } else {
        each.givePlacesBack();
      }
    }
    running.clear();
    end();
    return back;
  }

  /** True if the statement that runs changes nothing. */
  public boolean harmless() {
    return running.size() == 1
        && running.peek().statement() != null
        && running.peek().statement().readOnly();
  }

  /**
   * True if statistics are to show a group that is answered. They do not, where rules say so of all
   * its statements.
   */
  public boolean tracked(long group) {
    boolean hidden = false;
    for (Running each : running) {
      if (each.group() > group) {
        break;
      }
      if (each.decision().tracked()) {
        return true;
      }
      hidden = true;
    }
    return !hidden;
  }

  /** Of a group that is being answered a statement has failed, with so many skipped behind it. */
  public void failed(long group, int skipped) {
    patterns.failed(group, skipped);
  }

  /**
   * A group was answered.
   *
   * @param micros how long that took
   * @param waited how long it had waited until it was sent
   * @param bytes what has come for it from a server
   */
  public void answered(long group, long micros, long waited, long bytes, ServerError error) {
    if (traces != null) {
      traces.answered(group, error, patterns.behindFailed(group));
    }
    patterns.answered(group, micros, waited, bytes, error != null, loop.now());
    if (error == null && running.isEmpty() && alone != null) {
      alone.took(micros); // no rules: those that come some day are to know
    }
    while (!running.isEmpty() && running.peek().group() <= group) {
      Running done = running.poll();
      done.givePlacesBack();
      if (SideActions.holdsReply(done.decision())) {
        side.after(done.decision(), done.statement(), error == null);
      }
      if (error == null && done.decision().tracked()) {
        done.known().took(micros);
      }
      done(done.known(), done.statement(), done.decision(), micros, error);
      notes.answered(last, done.result(), micros, error);
    }
    notes.groupOver();
    if (running.isEmpty()) {
      stopClock();
    }
  }

  /** A statement has come to its end, at a server or without one. */
  void done(
      FingerprintEntry known,
      Statement statement,
      Decision decision,
      long micros,
      ServerError error) {
    last = summary(known, statement, decision);
    if (sent == null) {
      pipelined = null; // it was answered without a server
      answeredBy = null;
    }
    sent = null;
    notes.done(last, micros, error);
  }

  /** The statement that came to its end last; null when there was none. */
  public StatementSummary last() {
    return sent == null ? last : summary(sent, sentDoes, Decision.NONE);
  }

  /**
   * Report on the statement that was sent last: that it shared its connection, or the reason that
   * it did not.
   */
  public String pipelined() {
    return pipelined;
  }

  /**
   * Server of a cluster to which the statement was sent, and the reason; null where there is no
   * choice.
   */
  public String answeredBy() {
    return answeredBy;
  }

  private static StatementSummary summary(
      FingerprintEntry known, Statement statement, Decision decision) {
    return new StatementSummary(known.shown(), statement, decision, known.averageMicros());
  }

  /** So many groups will be answered as one with what came before. */
  public void merged(int count, long answered) {
    if (triggering >= answered) {
      triggering = Math.max(answered, triggering - count);
    }
    patterns.merged(count, answered);
    if (traces != null) {
      traces.merged(count, answered);
    }
    for (Running each : running) {
      each.group(Math.max(answered, each.group() - count));
    }
  }

  /** Nothing more is answered. */
  void end() {
    running.forEach(Running::givePlacesBack);
    running.clear();
    patterns.clear();
    if (traces != null) {
      traces.end();
    }
    observe(Observed.NONE, null);
    notes.groupOver();
    stopClock();
  }

  private void stopClock() {
    if (timeLimit != null) {
      timeLimit.cancel(false);
      timeLimit = null;
    }
  }
}
