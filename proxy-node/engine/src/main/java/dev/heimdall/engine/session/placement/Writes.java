package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.share.ChangeInProgress;
import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementRows;
import dev.heimdall.engine.sql.WrittenRows;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ServerAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes of a session to a cluster, tracked so that no replica answers a read that would miss them.
 * What is not known to change nothing counts as a write to everything.
 *
 * <p>When it is marked is what all rests on: in {@link #beforeReply}, for each piece of the reply
 * to a group that may have committed, and before any of that piece goes to the client. The server
 * has sent the piece when whatever it acknowledges was committed, be it by the tag of a COMMIT in
 * the middle of a batch or by ReadyForQuery; the mark is set after that, and asks the writer after
 * that how far it has written. So the position has the commit within it. And until the client has
 * been given the piece no acknowledgement is visible; from then on the mark is there for every
 * session of this node.
 */
public final class Writes {
  /** Tables that one transaction writes; beyond, all tables count as written. */
  private static final int MOST_PENDING = 10_000;

  private final SessionContext session;
  private final VdbContext vdb;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final ArrayDeque<SentWrite> notes = new ArrayDeque<>(0);

  /** Tables that the open transaction has written in groups that were answered. */
  private final Set<String> pending = new HashSet<>(0);

  /**
   * Cached results that rules want to keep for those tables, and for the tables of unanswered
   * writes.
   */
  private final SparingWrites sparing = new SparingWrites();

  /** Rows of those tables, where they are known. */
  private final WrittenRows pendingRows = new WrittenRows();

  private boolean anythingPending;
  private Defines definesPending = Defines.NOTHING;

  /** By which catalogue it was told what the open transaction has written. */
  private Catalogue.Edition pendingJudgedBy;

  /** The session's last write, and where it was marked; null before the first. */
  private WriteMark own;

  private ClusterView ownIn;

  /** Position that the server has reported for the group that is being answered. */
  private Position reported = Position.NONE;

  /** Rows that it has reported as affected, the most of its statements; negative for none. */
  private long affected = -1;

  /** Announced for the statement that is sent next; null for nothing. */
  private ChangeInProgress announced;

  public Writes(SessionContext session) {
    this.session = session;
    this.vdb = session.vdb();
    this.carried = session.carried();
    this.transaction = session.transaction();
  }

  /** The cluster that the session's statements go to now; null where not needed. */
  private ClusterView view() {
    return session.lease().destinations().lender().scope().writes();
  }

  /**
   * A statement is about to be sent. If it may commit definitions, all nodes are to doubt what they
   * know of them before it is: when they hear of the commit, it has been for a while. What is
   * announced is over when the statement is answered, or {@link #notSent}. If the connection is
   * lost before, it is unknown what becomes of it, and that ends by itself.
   *
   * @param does what it does to data; null where that is unknown
   * @return done when it may be sent; null for at once
   */
  public CompletableFuture<Void> announce(Statement does, StatementFacts effects) {
    if (announced == null && mayCommitDefinitions(Defines.of(does, effects), effects)) {
      ClusterView view = viewOfNext();
      if (view != null) {
        announced = view.changing(database());
      }
    }
    return announced == null ? null : announced.known();
  }

  /** A statement is being sent for which other nodes, too, must let go of a database. */
  public void free(String database) {
    ClusterView view = view();
    if (view != null) {
      view.free(database);
    }
  }

  /** Reports that the settings with which sessions begin were changed, for other nodes, too. */
  public void sessionDefaultsChanged() {
    ClusterView view = vdb.pools().writes();
    if (view != null) {
      view.sessionDefaultsChanged();
    }
  }

  /**
   * View of the cluster for the next statement, whose destination is not chosen yet; the last one
   * may have gone to a replica.
   */
  private ClusterView viewOfNext() {
    if (transaction.status() == TransactionState.IDLE) {
      return vdb.pools().writes();
    }
    return session.replicas().away() ? null : view();
  }

  private boolean mayCommitDefinitions(Defines defines, StatementFacts effects) {
    if (defines.likely()) {
      return transaction.mayBeOver() || ends(effects) || mayBeIdle();
    }
    return (definesPending.likely() || !notes.isEmpty()) && ends(effects) && definesBefore();
  }

  /** True if no transaction may be open any more by the time when the next statement runs. */
  private boolean mayBeIdle() {
    return notes.stream().anyMatch(SentWrite::ends);
  }

  private boolean definesBefore() {
    return definesPending.likely() || notes.stream().anyMatch(note -> note.defines().likely());
  }

  /** Withdraws the announced change, which is not sent after all. */
  public void notSent() {
    if (announced != null) {
      announced.over().run();
      announced = null;
    }
  }

  /**
   * A statement is being sent.
   *
   * @param does what it does to data; null where that is unknown
   * @param judgedBy the catalogue by which that was told; null for none
   */
  public void note(
      Statement does, StatementFacts effects, Decision decision, Catalogue.Edition judgedBy) {
    if (view() == null || session.replicas().away()) {
      return; // what is sent to a replica writes nothing
    }
    if (!decision.evictTables().isEmpty()) {
      spare(decision.evictTables(), SparingWrites.ofEvicted(decision));
      StatementRows all = StatementRows.UNKNOWN;
      add(decision.evictTables(), all, false, false, true, false, Defines.NOTHING, judgedBy);
    }
    boolean changed = decision.transformed().isPresent();
    Defines defines = Defines.of(does, effects);
    if (does == null || changed || decision.flag(Decision.Flag.UPDATE).orElse(false)) {
      addAnything(changed ? defines.and(Defines.PERHAPS) : defines);
      return;
    }
    // Where there are no transactions, what is written is there for all when it is answered.
    boolean ends = ends(effects) || does.outlivesRollback();
    boolean single = does.parsed().statements() == 1;
    if (!does.tablesWritten().isEmpty()) {
      spare(does.tablesWritten(), SparingWrites.ofWritten(decision));
    }
    switch (does.kindForData()) {
      case EMPTY, READ, TRANSACTION, SESSION, LOCK -> {
        if (ends || does.writesAnything() || does.callsCode() || !does.tablesWritten().isEmpty()) {
          boolean locksOnly = does.kind() == StatementClass.LOCK && !does.writesAnything();
          add(
              locksOnly ? List.of() : does.tablesWritten(),
              StatementRows.UNKNOWN,
              does.writesAnything(),
              does.callsCode(),
              ends,
              single,
              defines,
              judgedBy);
        }
      }
      // What names no table that it writes changes something else: a sequence, a large object.
      case WRITE ->
          add(
              does.tablesWritten(),
              session.next().keys(),
              does.writesAnything() || does.tablesWritten().isEmpty(),
              true,
              ends,
              single,
              defines,
              judgedBy);
      default -> addAnything(defines);
    }
  }

  private void spare(Collection<String> tables, long young) {
    if (young != 0 || !sparing.isEmpty()) {
      sparing.written(tables, young, this::writtenBefore);
    }
  }

  private boolean writtenBefore(String table) {
    return pending.contains(table)
        || notes.stream().anyMatch(note -> note.tables().contains(table));
  }

  /** Notes that a statement with unknown effect is being sent. */
  public void noteUnknown() {
    if (view() != null && !session.replicas().away()) {
      addAnything(Defines.PERHAPS);
    }
  }

  private void addAnything(Defines defines) {
    add(List.of(), StatementRows.UNKNOWN, true, false, true, false, defines, null);
  }

  private void add(
      Collection<String> tables,
      StatementRows rows,
      boolean anything,
      boolean code,
      boolean ends,
      boolean single,
      Defines defines,
      Catalogue.Edition judgedBy) {
    SentWrite note =
        new SentWrite(
            carried.sent(),
            tables,
            rows,
            anything,
            code,
            ends,
            single,
            defines,
            judgedBy,
            announced,
            null);
    announced = null;
    SentWrite last = notes.peekLast();
    SentWrite both = note.and(last);
    if (both == null) {
      notes.add(begun(note));
    } else if (!both.repeats(last)) {
      SentWrite begun = begun(both);
      notes.pollLast();
      notes.add(begun);
      last.over(); // what is announced of both has begun
    }
  }

  private SentWrite begun(SentWrite note) {
    Runnable over = committing(note);
    return note.until(over);
  }

  /**
   * Announces the possible commit by this statement, which is about to be sent: of its own writes
   * and of earlier ones.
   */
  private Runnable committing(SentWrite note) {
    ClusterView view = view();
    if (view == null || !view.mindsCommits()) {
      return null;
    }
    boolean before = note.ends() || mayBeIdle();
    if (!before && !transaction.mayBeOver()) {
      return null;
    }
    Set<String> tables = new HashSet<>(pending);
    WrittenRows rows = pendingRows.copy();
    boolean anything = mayWriteAnything(note) || anythingPending;
    if (before) {
      for (SentWrite each : notes) {
        rows.add(each.tables(), each.rows().rows(), tables);
        tables.addAll(each.tables());
        anything |= mayWriteAnything(each);
      }
    }
    rows.add(note.tables(), note.rows().rows(), tables);
    tables.addAll(note.tables());
    tables.removeIf(sparing::spares);
    return tables.isEmpty() && !anything ? null : view.committing(tables, anything, rows.byTable());
  }

  /**
   * True if it can do what most statements in a transaction block cannot: commit. In MySQL, so does
   * the BEGIN of the next one.
   */
  static boolean ends(StatementFacts effects) {
    return switch (effects.kind()) {
      case EMPTY,
          SELECT,
          DML,
          DDL,
          ROLLBACK,
          SAVEPOINT,
          SET,
          SESSION,
          SHOW,
          PREPARE,
          EXECUTE,
          DEALLOCATE,
          DECLARE,
          FETCH,
          CLOSE,
          BULK,
          LOCK,
          EXPLAIN ->
          effects.commitsImplicitly();
      default -> true;
    };
  }

  /** Statements of groups that are not answered. */
  public int noted() {
    return notes.size();
  }

  /**
   * A piece of the reply to the first group that is not answered has come; no client has seen it.
   *
   * @param from where from
   */
  public void beforeReply(ServerConnection from) {
    long group = carried.done();
    if (notes.isEmpty() || notes.peek().group() > group) {
      return; // it has done nothing that could commit
    }
    boolean mayCommit = transaction.mayBeOver();
    // Where definitions were changed meanwhile, a trigger may have written elsewhere.
    boolean anything = anythingPending || !(pending.isEmpty() || isCurrent(pendingJudgedBy));
    boolean named = !pending.isEmpty();
    for (SentWrite note : notes) {
      if (note.group() <= group) {
        mayCommit |= note.ends();
        anything |= mayWriteAnything(note);
        named |= !note.tables().isEmpty();
      }
    }
    if (mayCommit && (anything || named)) {
      mark(group, anything, from);
    }
  }

  private void mark(long group, boolean anything, ServerConnection from) {
    Defines defines = definesPending;
    Set<String> written = new HashSet<>(pending);
    WrittenRows rows = pendingRows.copy();
    boolean single = true;
    int count = 0;
    for (SentWrite note : notes) {
      if (note.group() <= group) {
        defines = defines.and(note.defines());
        rows.add(note.tables(), note.rows().behind(affected), written);
        written.addAll(note.tables());
        single &= note.single();
        count++;
      }
    }
    // Of several commits in one answer a server may have told of the first alone by now.
    Position own = single && count == 1 ? reported : Position.NONE;
    ClusterView view = view();
    mark(view, written, rows, anything, defines, own);
    if (view != null && view.knowsCommitsByProcess()) {
      List<ServerAddress> servers = from.target().source().hosts();
      if (servers.size() == 1) {
        view.committedBy(servers.get(0), from.processId(), written);
      }
    }
  }

  private boolean mayWriteAnything(SentWrite note) {
    return note.anything() || (note.judged() && !isCurrent(note.judgedBy()));
  }

  private boolean isCurrent(Catalogue.Edition judgedBy) {
    return vdb.definitions().judges(database(), judgedBy);
  }

  private void mark(
      ClusterView view,
      Set<String> written,
      WrittenRows rows,
      boolean anything,
      Defines defines,
      Position own) {
    if (view != null) {
      ClusterView.Committed committed =
          view.committed(written, anything, defines.of(database()), own, sparing.of(written, rows));
      delayReplies(committed.told());
      if (view == vdb.pools().writes()) {
        this.own = committed.mark();
        ownIn = view;
      }
    }
  }

  private void delayReplies(CompletableFuture<Void> until) {
    if (!session.lease().closed()) {
      session.output().delay().until(until);
    }
  }

  private String database() {
    return session.lease().destinations().database();
  }

  /**
   * The server says how far its data goes with what the first group that is not answered has
   * committed; to be called before the piece of the reply comes that says so.
   */
  public void wrote(Position position) {
    if (!session.replicas().away()) {
      reported = Position.further(reported, position);
    }
  }

  /**
   * The server says how many rows a statement of the first group that is not answered has affected;
   * to be called as the other.
   */
  public void affected(long rows) {
    affected = Math.max(affected, rows);
  }

  /** A group was answered; so the transaction stands now, unless it is in doubt. */
  public void answered(TransactionState status) {
    reported = Position.NONE;
    boolean over = transaction.isOver(status);
    long group = carried.done();
    while (!notes.isEmpty() && notes.peek().group() <= group) {
      SentWrite note = notes.poll();
      if (!over) {
        if (!note.tables().isEmpty()) {
          anythingPending |= !pending.isEmpty() && pendingJudgedBy != note.judgedBy();
          pendingJudgedBy = note.judgedBy();
        }
        pendingRows.add(note.tables(), note.rows().behind(affected), pending);
        pending.addAll(note.tables());
        anythingPending |= note.tables().isEmpty() ? mayWriteAnything(note) : note.anything();
        boundPending();
        definesPending = definesPending.and(note.defines());
      }
      if (note.change() != null) {
        note.change().over().run();
      }
      note.over();
    }
    affected = -1;
    if (over) {
      forgetPending();
    }
  }

  /** A client may name tables without end that are not there. */
  private void boundPending() {
    if (pending.size() > MOST_PENDING) {
      pending.clear();
      pendingRows.clear();
      sparing.clear();
      anythingPending = true;
    }
  }

  private void forgetPending() {
    if (!pending.isEmpty()) {
      pending.clear();
      pendingRows.clear();
    }
    anythingPending = false;
    definesPending = Defines.NOTHING;
    if (notes.isEmpty()) {
      sparing.clear();
    }
  }

  /** True if writes are tracked, so that changed definitions are published here. */
  public boolean tracked() {
    return view() != null;
  }

  /** So many groups will be answered as one with what came before. */
  public void merged(int count, long answered) {
    if (count > 0 && !notes.isEmpty()) {
      List<SentWrite> all = List.copyOf(notes);
      notes.clear();
      all.forEach(note -> notes.add(note.in(Math.max(answered, note.group() - count))));
    }
  }

  /**
   * The connection is lost: what was under way counts as written, as the opposite is not certain.
   */
  public void lost() {
    if (notes.isEmpty() && !anythingPending && pending.isEmpty()) {
      return;
    }
    boolean anything = anythingPending;
    Defines defines = definesPending;
    anything |= !(pending.isEmpty() || isCurrent(pendingJudgedBy));
    for (SentWrite note : notes) {
      anything |= mayWriteAnything(note);
      defines = defines.and(note.defines());
      pending.addAll(note.tables());
    }
    sparing.clear();
    if (anything || !pending.isEmpty()) {
      ClusterView view = view();
      if (view != null) {
        view.doubted(pending, anything);
      }
      mark(view, new HashSet<>(pending), new WrittenRows(), anything, defines, Position.NONE);
    }
    notes.forEach(SentWrite::over);
    notes.clear();
    reported = Position.NONE;
    affected = -1;
    forgetPending();
  }

  /**
   * Marks all tables as written outside the session's statements, by an operation whose end the
   * session waits for.
   */
  public void everything() {
    mark(vdb.pools().writes(), Set.of(), new WrittenRows(), true, Defines.PERHAPS, Position.NONE);
  }

  /**
   * The session has written and read at another process, which this one has not heard of: nothing
   * that it reads from now on may be older than now.
   */
  public void everythingBefore() {
    ClusterView view = vdb.pools().writes();
    if (view != null && view.tracksWrites()) {
      own = view.committed(List.of(), true).mark();
      ownIn = view;
    }
  }

  /**
   * Marks all tables as written by an operation that no session waits for: the write counts when
   * the operation is done, which may be on any thread.
   */
  public void everythingAfter(CompletableFuture<?> end) {
    ClusterView view = vdb.pools().writes();
    if (view != null) {
      Redefinition redefinition = Defines.PERHAPS.of(database());
      end.whenComplete((done, failure) -> view.committed(List.of(), true, redefinition));
    }
  }

  /** The session's last write to its own cluster; null when it has written nothing. */
  WriteMark own(ClusterView view) {
    if (own != null && ownIn != view) {
      // Marked where no reader looks any more. It was before now.
      own = view.committed(List.of(), true).mark();
      ownIn = view;
    }
    return own;
  }
}
