package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.CacheKey;
import dev.heimdall.engine.cache.FarResult;
import dev.heimdall.engine.cache.FarResults;
import dev.heimdall.engine.cache.PatternWorth;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.reply.ReplyStage;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters.Cache;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One session's part in the cache: which of its statements may be answered from it, and what of the
 * answers that pass is kept. Whatever is not known for certain goes to the server.
 *
 * <p>A statement that may be answered, and is not there, is awaited: the answer that comes next
 * from a server is its, because it is asked for only where nothing else is unanswered, and
 * forgotten as soon as another statement comes.
 */
public final class CachedReads implements ReplyStage {
  private static final String SERVED_BY_ANOTHER = "yes: by the answer to an equal statement";
  private static final String UNTOLD = "no: it is part of a transaction, where no rule wants that";

  private final SessionContext session;
  private final VdbContext vdb;
  private final ReplicaReads reads;
  private final Consumer<ResultDifference> differences;
  private final SessionCacheScope asker;
  private final CachedCounts counts;
  private final SampledReads sampled;
  private final Executor loop;

  /** Outcome of the previous statement, in words; null where no rule wants it cached. */
  private String how;

  /** Reason that the statement at the reader's position is sent; null where no rule cares. */
  private Uncached why;

  private PendingResult awaited;

  /** True if the statement at the reader's position would be told apart by what its server says. */
  private boolean asksSnapshots;

  /** Results that other sessions of this node fetch, or wait for; null before the first miss. */
  private SharedMiss shared;

  /** Request to other nodes for their results. */
  private FarLookup lookup;

  /** Bytes of the awaited answer that were copied. */
  private int copied;

  /**
   * @param reads where the session's reads go
   */
  public CachedReads(
      SessionContext session, ReplicaReads reads, Consumer<ResultDifference> differences) {
    this.session = session;
    this.differences = differences;
    this.vdb = session.vdb();
    this.reads = reads;
    this.asker = new SessionCacheScope(session);
    this.counts = new CachedCounts(session);
    this.sampled = new SampledReads(session, asker);
    this.loop = task -> session.loop().soon(task, session::failed);
  }

  private SharedMiss shared() {
    if (shared == null) {
      shared = new SharedMiss(session, loop);
    }
    return shared;
  }

  /** The statement neither waits for an equal one nor lets others wait. */
  private void alone() {
    if (shared != null) {
      shared.over();
    }
  }

  /** Returns the writes to the session's data source; null where no session needs to know them. */
  private ClusterView view() {
    return vdb.pools().writes();
  }

  /**
   * True if the statement at the reader's position may be answered from the cache, and its answer
   * put there. Whatever was awaited before is not any more.
   */
  public boolean mayAnswer() {
    forget();
    why = null;
    QueryCache cache = vdb.cache();
    if (cache == null
        || !session.next().onItsWay()
        || session.next().decision().cache().isEmpty()) {
      alone();
      return false;
    }
    why = Suitability.reason(session);
    if (why != null) {
      alone();
    }
    return why == null;
  }

  /**
   * True if a statement that comes now, while the session has a server connection, may be answered
   * from the cache all the same: it is part of a transaction that has only read.
   */
  public boolean mayAnswerInside() {
    return vdb.cache() != null
        && session.transaction().status() == TransactionState.OPEN
        && session.transaction().onlyReads()
        && session.pending().outstanding() == 0;
  }

  /**
   * True if the server is to be asked, ahead of the statement that is sent next, which snapshots
   * the transaction reads by: once for each transaction.
   */
  public boolean takesQuestion() {
    return asksSnapshots && session.transaction().reads().takeQuestion();
  }

  /**
   * True if the server is to run a query ahead of the statement that is sent next, which it may
   * refuse behind queries: those that were answered here it does not know.
   */
  public boolean takesSnapshot() {
    RoutedStatement next = session.next();
    return next.onItsWay()
        && session.transaction().onlyReads()
        && session.transaction().reads().anyServed()
        && switch (next.effects().kind()) {
          case SET, BEGIN, MULTI, UNKNOWN -> true;
          default -> false;
        };
  }

  /** True if a rule has the statement cached though its result rests on more than its tables. */
  public boolean isUnconditional() {
    return session.next().decision().cache().map(Cache::unconditional).orElse(false);
  }

  /** Sample of the statements that no rule has cached. */
  public SampledReads sampled() {
    return sampled;
  }

  /** The statement's messages are not such that it can be answered from the cache. */
  public void refusedShape() {
    refused(Uncached.SHAPE);
  }

  /** Its dialect knows why the statement cannot be answered from the cache, nor its answer kept. */
  public void refused(Uncached reason) {
    forget();
    why = reason;
    alone();
  }

  /** True if the answer that comes next is taken down. */
  public boolean awaits() {
    return awaited != null;
  }

  /**
   * A statement is being sent, whether it was asked about or not. Before that it may have been
   * asked about several times, which counts once.
   */
  public void sent() {
    if (why == null) {
      why = unasked();
    }
    asksSnapshots = false;
    how =
        why != null
            ? why.answer()
            : vdb.cache() != null && Suitability.isUntold(session) ? UNTOLD : null;
    if (why == Uncached.NOT_THERE || why == Uncached.NEW) {
      vdb.cache().counted(false);
      counts.missed();
    }
    if (why != null) {
      counts.uncached(why, awaited != null);
      why = null;
    }
    if (shared != null) {
      shared.sent();
    }
    PendingResult read = awaited == null ? null : awaited.readBy(reads);
    if (read != null) {
      awaited = read;
    } else if (awaited != null) {
      notKept(Uncached.REPLICA);
    }
    counts.tables(vdb.cache(), view(), session.next());
  }

  /**
   * Returns the reason for sending a statement without a cache lookup, as its session has a server
   * connection; null where no rule cares, or it only came together with others.
   */
  private Uncached unasked() {
    RoutedStatement next = session.next();
    boolean wanted = vdb.cache() != null && next.onItsWay() && next.decision().cache().isPresent();
    return wanted ? Suitability.reason(session) : null;
  }

  /**
   * The statement at the reader's position was answered without a server, is not sent after all, or
   * is read again: what comes next is not its answer.
   */
  public void dropped() {
    if (awaited != null && awaited.refreshes()) {
      // Refused before it was sent: no other session is to try the same.
      awaited.suited(false);
      counts.notKept(Uncached.NOT_REFRESHED);
    }
    forget();
    why = null;
    lookup = null;
    alone();
  }

  /**
   * The answer to the statement of which {@link #mayAnswer} was true.
   *
   * @param textHigh with {@code textLow} the name of the very text
   * @param values of its parameters, with types and formats; not to be changed afterwards
   * @param columns whether it has to describe its columns
   * @param text the text, for those to whom its name says nothing
   * @param recorder makes what takes the answer down when it comes from a server
   * @param rows those on which it rests, by the table; all of a table that is not there
   * @return null where it has to come from a server, or {@link #waits}
   */
  public StoredAnswer answer(
      long textHigh,
      long textLow,
      byte[] values,
      boolean columns,
      Supplier<byte[]> text,
      Supplier<AnswerRecorder> recorder,
      Supplier<Map<String, RowKeys>> rows) {
    QueryCache cache = vdb.cache();
    ClusterView view = view();
    RoutedStatement statement = session.next();
    Cache rule = statement.decision().cache().orElseThrow();
    Collection<String> tables = Suitability.tables(statement);
    CacheScope who = asker.here(rule.shared());
    CacheKey key = new CacheKey(who, asker.weight(), textHigh, textLow, values);
    long nanos = Suitability.nanos(cache, statement.decision());
    StoredAnswer found = cache.find(key, view, tables, nanos);
    boolean inside = Suitability.inside(session);
    Snapshots snapshots = Suitability.snapshots(session);
    asksSnapshots = snapshots == Snapshots.UNKNOWN;
    if (snapshots == Snapshots.OF_TRANSACTION && (found == null || !rule.unconditional())) {
      refused(Uncached.ISOLATION);
      return null;
    }
    if (rule.revalidateOnly()) {
      alone();
      why = found == null && !cache.mayKeep(key) ? Uncached.NEW : Uncached.COMPARED;
      if (why == Uncached.COMPARED) {
        PendingResult.Comparison comparison =
            found == null ? null : new PendingResult.Comparison(found, statement.decision());
        await(key, tables, recorder, rows, null, comparison);
      }
      return null;
    }
    boolean seen = snapshots == Snapshots.OF_STATEMENT || rule.unconditional();
    boolean whole = found != null && (found.columns() != null || !columns);
    boolean serves = whole && seen;
    if (serves && !inside && rule.autoRefresh() && refreshes(key, nanos)) {
      why = Uncached.REFRESHED;
      await(key, tables, recorder, rows, farPut(farKey(view, rule, text, values), view), null);
      return null;
    }
    if (serves) {
      cache.counted(true);
      cache.traffic().count(tables, List.of(), view.writesElsewhere());
      counts.hit(found.by());
      how = "yes"; // nor is it sent
      if (inside) {
        String begin = session.carried().settings().rules().begin();
        session.transaction().beginHeld(begin, statement.judgedBy(), session.loop().now());
        session.transaction().reads().served();
        session.sent().transaction().giveUp(Unreplayed.CACHED);
      }
      lookup = null;
      if (shared != null && shared.waited()) {
        cache.flights().served();
        how = SERVED_BY_ANOTHER;
      }
      alone();
      return found;
    }
    Supplier<Map<String, RowKeys>> known = rows;
    if (!rule.unconditional() && cache.traffic().writtenOften(tables)) {
      Map<String, RowKeys> read = rows.get();
      if (!worth().restsOnRows(!cache.traffic().writtenOften(tables, read.keySet()))) {
        refused(Uncached.WRITTEN_OFTEN);
        return null;
      }
      known = () -> read;
    }
    if (inside) {
      session.transaction().opensIn(statement.judgedBy());
      alone(); // who waits keeps its server connection, and locks, from those it waits for
      if (whole) {
        why = Uncached.ISOLATION;
        return null;
      }
    } else if (shared().waits(cache, key)) {
      return null;
    }
    byte[] farKey =
        lookup != null && lookup.key.equals(key) ? lookup.farKey : farKey(view, rule, text, values);
    if (farKey != null && !inside && asksOthers(key, farKey, tables, nanos, recorder, known)) {
      return null;
    }
    why = cache.mayKeep(key) ? Uncached.NOT_THERE : Uncached.NEW;
    if (why == Uncached.NEW) {
      alone();
      return null;
    }
    await(key, tables, recorder, known, farPut(farKey, view), null);
    return null;
  }

  /** True if the session's statement is to renew a result that serves still. */
  private boolean refreshes(CacheKey key, long nanos) {
    QueryCache cache = vdb.cache();
    return cache.ages(key, nanos) && view().writer().isPresent() && shared().leads(cache, key);
  }

  private void await(
      CacheKey key,
      Collection<String> tables,
      Supplier<AnswerRecorder> recorder,
      Supplier<Map<String, RowKeys>> rows,
      PendingResult.FarPut far,
      PendingResult.Comparison comparison) {
    Decision decision = session.next().decision();
    ClusterView view = view();
    awaited =
        new PendingResult(
            vdb.cache(),
            key,
            view,
            view.noted(),
            tables,
            Suitability.nanos(vdb.cache(), decision),
            worth(),
            System.nanoTime(),
            recorder.get(),
            far,
            comparison,
            Suitability.inside(session),
            why == Uncached.REFRESHED,
            rows.get());
  }

  private PatternWorth worth() {
    return vdb.cache().patterns().worth(session.next().normalised());
  }

  /** Returns the key of the result at other nodes; null where they keep none for this one. */
  private byte[] farKey(ClusterView view, Cache rule, Supplier<byte[]> text, byte[] values) {
    if (vdb.cache().far().isEmpty() || view.writerRun().isEmpty()) {
      return null;
    }
    List<String> of = new ArrayList<>(asker.anywhere(rule.shared()));
    of.add(view.writerRun().get());
    return FarResults.key(of, text.get(), values);
  }

  private PendingResult.FarPut farPut(byte[] farKey, ClusterView view) {
    return farKey == null
        ? null
        : new PendingResult.FarPut(
            vdb.cache().far().orElseThrow(), farKey, view.written(), view.heardSoFar());
  }

  /**
   * Asks for what other nodes keep, once for each statement; what is found and holds is kept here.
   *
   * @return whether the statement waits for that
   */
  private boolean asksOthers(
      CacheKey key,
      byte[] farKey,
      Collection<String> tables,
      long nanos,
      Supplier<AnswerRecorder> recorder,
      Supplier<Map<String, RowKeys>> rows) {
    if (lookup == null || !lookup.key.equals(key)) {
      FarLookup asked = new FarLookup(key, farKey, recorder.get(), rows.get());
      lookup = asked;
      QueryCache cache = vdb.cache();
      ClusterView view = view();
      PatternWorth worth = worth();
      boolean waits =
          cache
              .far()
              .orElseThrow()
              .ask(farKey, loop, result -> heard(asked, result, cache, view, tables, nanos, worth));
      asked.over |= !waits;
    }
    if (lookup.over) {
      lookup = null;
      return false;
    }
    return true;
  }

  private void heard(
      FarLookup asked,
      FarResult result,
      QueryCache cache,
      ClusterView view,
      Collection<String> tables,
      long nanos,
      PatternWorth worth) {
    asked.over = true;
    long noted = view.noted();
    boolean kept = false;
    OptionalLong age = result == null ? OptionalLong.empty() : result.age();
    if (age.isPresent()
        && view.keepsResults()
        && view.holdsAt(result.position(), result.heard(), tables)
        && asked.recorder.mayHaveCopied(result.answer())) {
      kept =
          cache.keep(
              asked.key,
              result.answer(),
              view,
              noted,
              tables,
              age.getAsLong(),
              nanos,
              worth,
              asked.rows);
    }
    if (result != null && !kept) {
      cache.far().orElseThrow().outdated();
    }
    if (lookup == asked) {
      session.requests().resume();
    }
  }

  /** True if the statement waits for what other nodes keep, or for another session's result. */
  public boolean waits() {
    return awaitsEqual() || (lookup != null && !lookup.over);
  }

  /** By which columns the result lives that was served; null where nothing is known of that. */
  public String by() {
    return how == null || how.startsWith("no") ? null : counts.by();
  }

  /** True if the statement waits for an equal one of another session. */
  public boolean awaitsEqual() {
    return shared != null && shared.waits();
  }

  /** Ends a wait for another session's result; true if there was one: it is handled again. */
  public boolean stopWaiting() {
    return shared != null && shared.goAlone();
  }

  /** The largest answer that is kept of the statement at the reader's position, in bytes. */
  public int largest() {
    long most = vdb.cache().settings().maxResultSize();
    Cache rule = session.next().decision().cache().orElseThrow();
    return (int) Math.min(most, Math.min(rule.maxSize(), rule.maxLocalSize()));
  }

  /** "yes" if the previous statement was answered from the cache, or why not; null for none. */
  public String how() {
    return how;
  }

  @Override
  public boolean takes(ReplySource from, ByteBuf piece) {
    if (awaited != null) {
      take(piece);
    }
    return false;
  }

  private void take(ByteBuf piece) {
    PendingResult one = awaited;
    int bytes = piece.readableBytes();
    if (!one.cache().takeRoom(bytes)) {
      notKept(Uncached.NO_ROOM);
      return;
    }
    copied += bytes;
    switch (one.recorder().take(piece)) {
      case MORE -> {}
      case USELESS -> notKept(Uncached.UNSUITED);
      case WHOLE -> {
        boolean old = one.inside() && Suitability.snapshots(session) != Snapshots.OF_STATEMENT;
        if (old || reads.stale()) {
          notKept(old ? Uncached.ISOLATION : Uncached.REPLICA);
          return;
        }
        keep(one, one.recorder().answer());
        forget();
        alone();
      }
    }
  }

  private void keep(PendingResult one, StoredAnswer answer) {
    boolean kept = one.keep(answer);
    one.worth().took(System.nanoTime() - one.since());
    one.suited(kept);
    if (kept && one.comparison() != null) {
      compare(one.cache(), one.comparison(), one.tables(), answer);
    }
    PendingResult.FarPut far = one.far();
    if (kept && far != null && !reads.away()) { // a replica need not be so far
      long born = System.currentTimeMillis();
      far.results()
          .put(
              far.key(),
              new FarResult(far.position().spelled(), far.heard(), born, answer),
              one.nanos());
    }
  }

  /** Nothing was written since the one was kept, as far as the node knows. */
  private void compare(
      QueryCache cache,
      PendingResult.Comparison with,
      Collection<String> tables,
      StoredAnswer answer) {
    boolean same = with.kept().saysTheSame(answer);
    cache.compared(same);
    if (!same) {
      differences.accept(
          new ResultDifference(with.decision(), tables, with.kept()::digest, answer::digest));
    }
  }

  private void notKept(Uncached because) {
    Uncached reason = awaited.refreshes() ? Uncached.NOT_REFRESHED : because;
    awaited.suited(false);
    counts.notKept(reason);
    forget();
    alone();
    how = reason.answer();
  }

  private void forget() {
    asksSnapshots = false;
    if (awaited != null) {
      awaited.cache().giveRoomBack(copied);
      counts.answered();
      copied = 0;
      awaited = null;
    }
  }

  public void end() {
    dropped();
  }
}
