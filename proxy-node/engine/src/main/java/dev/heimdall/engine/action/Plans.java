package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.routing.bounded.BoundedMap;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Plans of statements, asked for with EXPLAIN, which does not carry them out. May be called on
 * event loops; futures are completed on threads of this room.
 */
public final class Plans {
  /** Patterns of which is remembered when they were asked for. */
  private static final int MOST_PATTERNS = 10_000;

  /** Plans that are kept; the oldest goes first. */
  static final int MOST_PLANS = 1_000;

  /** Size limit of all of them together. */
  static final long MOST_BYTES = 16L << 20;

  /** Plans that are being asked for at most; further ones are not asked for. */
  private static final int MOST_WAITING = 100;

  private static final int LONGEST_PLAN = 256 << 10;

  /** Plans that people want at a time. */
  private static final int MOST_WISHES = 20;

  private final Supplier<Configuration> configuration;
  private final SourceLogins logins;
  private final Function<DataSource, ActionProtocol> protocols;
  private final ActionEvents events;
  private final Executor workers;
  private final Connections connections;

  // Guarded by this object.
  private final Map<Pattern, Long> next = BoundedMap.ofNewest(MOST_PATTERNS);
  private final Map<Pattern, PlanRow> plans = new LinkedHashMap<>();
  private final Map<RequestedPlan, CompletableFuture<Boolean>> wishes = new LinkedHashMap<>();
  private long weight;
  private int waiting;

  private volatile boolean wished;

  /** A plan requested of the next statement of this pattern. */
  private record RequestedPlan(String vdb, String text) {}

  private record Pattern(String vdb, String database, long high, long low) {
    String fingerprint() {
      return String.format("%016x%016x", high, low);
    }
  }

  Plans(
      Supplier<Configuration> configuration,
      SourceLogins logins,
      Function<DataSource, ActionProtocol> protocols,
      ActionEvents events,
      Executor workers,
      Connections connections) {
    this.configuration = configuration;
    this.logins = logins;
    this.protocols = protocols;
    this.events = events;
    this.workers = workers;
    this.connections = connections;
  }

  /**
   * Wants the plan of the next statement of a pattern, whatever rules say.
   *
   * @param text of the pattern, as people see it
   * @return whether there is a plan then; it fails where no such statement comes in time
   */
  public CompletableFuture<Boolean> wish(String vdb, String text, Duration most) {
    RequestedPlan wish = new RequestedPlan(vdb, text);
    CompletableFuture<Boolean> made;
    synchronized (this) {
      CompletableFuture<Boolean> before = wishes.get(wish);
      if (before != null) {
        return before.copy();
      }
      if (wishes.size() >= MOST_WISHES) {
        return CompletableFuture.failedFuture(
            new IllegalStateException(MOST_WISHES + " other plans are wanted at the moment"));
      }
      made = new CompletableFuture<>();
      wishes.put(wish, made);
      wished = true;
    }
    CompletableFuture<Boolean> mine = made.orTimeout(most.toMillis(), TimeUnit.MILLISECONDS);
    mine.whenComplete((taken, failure) -> forget(wish));
    return mine;
  }

  private synchronized void forget(RequestedPlan wish) {
    wishes.remove(wish);
    wished = !wishes.isEmpty();
  }

  /** True if anybody wants the plan of some pattern: this is asked of each statement. */
  public boolean wished() {
    return wished;
  }

  /** Takes the request for such a plan, which only one statement gets; empty: there is none. */
  public synchronized Optional<CompletableFuture<Boolean>> takeWish(String vdb, String text) {
    CompletableFuture<Boolean> wish = wishes.remove(new RequestedPlan(vdb, text));
    wished = !wishes.isEmpty();
    return Optional.ofNullable(wish);
  }

  /**
   * True if a plan of this pattern is to be asked for now. When it is, the answer is no until the
   * time that {@code frequency} leaves between two is over: the caller then calls {@link #take}.
   *
   * @param averageMicros how long the pattern takes on average; -1 when that is not known, which no
   *     threshold but 0 lets pass
   */
  public boolean wanted(
      ActionParameters.ExtractPlan how,
      StatementOrigin origin,
      long high,
      long low,
      long averageMicros) {
    if (how.threshold() > 0 && averageMicros <= TimeUnit.MILLISECONDS.toMicros(how.threshold())) {
      return false;
    }
    Pattern pattern = new Pattern(origin.vdb(), origin.database(), high, low);
    long now = System.nanoTime();
    synchronized (this) {
      Long at = next.get(pattern);
      if ((at != null && now - at < 0) || waiting >= MOST_WAITING) {
        return false;
      }
      next.remove(pattern);
      next.put(pattern, now + TimeUnit.HOURS.toNanos(1) / how.frequency());
      return true;
    }
  }

  /**
   * Asks for a plan. Only single statements that read are explained; with {@code force} those that
   * change rows too.
   *
   * @return whether there is a plan now, always normally
   */
  public CompletableFuture<Boolean> take(ActionParameters.ExtractPlan how, PlanRequest request) {
    if (!explainable(request, how.force())) {
      return CompletableFuture.completedFuture(false);
    }
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    synchronized (this) {
      waiting++;
    }
    try {
      workers.execute(() -> taken.complete(explain(how, request)));
    } catch (RejectedExecutionException e) {
      ended();
      taken.complete(false);
    }
    return taken;
  }

  private static boolean explainable(PlanRequest request, boolean force) {
    ParsedStatement parsed = request.facts().parsed();
    return parsed.understood()
        && parsed.statements() == 1
        && (parsed.kind() == StatementClass.READ
            || (force && parsed.kind() == StatementClass.WRITE));
  }

  private synchronized void ended() {
    waiting--;
  }

  private boolean explain(ActionParameters.ExtractPlan how, PlanRequest request) {
    StatementOrigin origin = request.origin();
    Pattern pattern = new Pattern(origin.vdb(), origin.database(), request.high(), request.low());
    try {
      ActionProtocol protocol = protocols.apply(source(configuration.get(), origin));
      String plan = ask(how, request);
      if (how.checkTableMismatch()) {
        compare(protocol.tablesOf(plan), pattern, request.facts());
      }
      PlanRow row =
          new PlanRow(
              pattern.fingerprint(),
              origin.vdb(),
              origin.database(),
              Normalised.text(request.sql(), request.dialect(), request.lexerMode()),
              protocol.planFormat(how.format()).spelling(),
              PlanText.masked(plan),
              Instant.now(),
              request.averageMicros());
      synchronized (this) {
        keep(pattern, row);
      }
      events.count(NodeCounter.PLANS_TAKEN, 1);
      return true;
    } catch (SQLException e) {
      failed(pattern, request, Failure.sqlstate(e));
      return false;
    } catch (RuntimeException e) {
      failed(pattern, request, null);
      return false;
    } finally {
      ended();
    }
  }

  /** Reports tables of a plan that the statement does not have by what is known of it here. */
  private void compare(Set<String> planned, Pattern pattern, Statement known) {
    Set<String> others = new TreeSet<>(planned);
    for (Set<String> tables : List.of(known.tablesRead(), known.tablesWritten())) {
      tables.forEach(
          table ->
              others.remove(table.substring(table.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)));
    }
    if (!others.isEmpty()) {
      events.failed(
          "extract-plan",
          pattern.fingerprint(),
          others,
          null,
          "the plan uses tables that the statement is not known to use");
    }
  }

  private static DataSource source(Configuration now, StatementOrigin origin) throws SQLException {
    return Target.source(now, origin, Optional.empty())
        .orElseThrow(
            () ->
                new SQLException("the virtual database was removed", Sqlstate.UNDEFINED_DATABASE));
  }

  private void keep(Pattern pattern, PlanRow row) {
    PlanRow before = plans.remove(pattern);
    weight += row.weight() - (before == null ? 0 : before.weight());
    plans.put(pattern, row);
    Iterator<PlanRow> oldest = plans.values().iterator();
    while (plans.size() > MOST_PLANS || weight > MOST_BYTES) {
      weight -= oldest.next().weight();
      oldest.remove();
    }
  }

  private void failed(Pattern pattern, PlanRequest request, String sqlstate) {
    events.count(NodeCounter.PLANS_FAILED, 1);
    events.failed(
        "extract-plan",
        pattern.fingerprint(),
        request.facts().tablesRead(),
        sqlstate,
        "there is no plan");
  }

  private String ask(ActionParameters.ExtractPlan how, PlanRequest request) throws SQLException {
    Configuration now = configuration.get();
    StatementOrigin origin = request.origin();
    DataSource source = source(now, origin);
    Target target =
        Target.of(now, logins, origin, source)
            .orElseThrow(
                () -> new SQLException("no password is known", Sqlstate.INVALID_AUTHORIZATION));
    try (Connections.Lease lease = connections.lease(target)) {
      Connection connection = lease.connection();
      try {
        return ask(connection, how, request, source);
      } finally {
        end(lease, protocols.apply(source));
      }
    }
  }

  private static void end(Connections.Lease lease, ActionProtocol protocol) {
    try {
      lease.connection().rollback();
      if (!protocol.clean(lease.connection(), true)) {
        lease.discard();
      }
    } catch (SQLException e) {
      lease.discard();
    }
  }

  private String ask(
      Connection connection,
      ActionParameters.ExtractPlan how,
      PlanRequest request,
      DataSource source)
      throws SQLException {
    ActionProtocol protocol = protocols.apply(source);
    Map<String, String> settings =
        protocol.settings(source.parameters(), request.origin().settings(), request.lexerMode());
    boolean reads = request.facts().parsed().kind() == StatementClass.READ;
    protocol.beginPlan(connection, settings, reads);
    return protocol.explain(
        connection, how, request.sql(), types(connection, protocol, request), LONGEST_PLAN);
  }

  private static List<String> types(
      Connection connection, ActionProtocol protocol, PlanRequest request) throws SQLException {
    Map<Integer, String> names =
        BoundText.typeNames(connection, protocol, Set.copyOf(request.types()));
    return request.types().stream().map(type -> names.getOrDefault(type, "unknown")).toList();
  }

  /** The plans that are kept, the newest last. */
  public synchronized List<PlanRow> plans() {
    return new ArrayList<>(plans.values());
  }
}
