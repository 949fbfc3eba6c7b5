package dev.heimdall.engine.catalog;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the catalogue of one database up to date. */
final class WatchedDatabase {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.catalogue");

  /** For so many times {@code catalog.refresh} counts what was read when it cannot be read. */
  private static final int KEPT = 2;

  /** A database that has been unused for so long is not asked often any more. */
  private static final Duration AWAKE = Duration.ofSeconds(10);

  /** From then on an unused database is read over a connection that does not stay. */
  private static final Duration RESTING = Duration.ofMinutes(1);

  /** Time for which an unused database is read again. */
  private static final Duration UNUSED = Duration.ofMinutes(15);

  private enum State {
    NEW,
    /** The next reading is planned. */
    WAITING,
    READING,
    /** A reading is in progress, and another server has become the writer since it began. */
    READING_FORMER,
    CLOSED
  }

  /** Outcome of the last reading that has come to its end. */
  private enum Outcome {
    NONE,
    READ,
    FAILED
  }

  private final String name;
  private final Duration refresh;
  private final ReadingPace pace;
  private final DueReadings due = new DueReadings();
  private final ReadingTerms terms;
  private final SourceConnections connections;
  private final ScheduledExecutorService executor;
  private final LongSupplier versions;
  private final Catalogues.Found findings;
  private final boolean ofCluster;
  private final CatalogueContext context;
  private final String where;

  private volatile Catalogue published;
  private volatile boolean used;

  /** True if it has been unused for long: what is published is not confirmed until it is asked. */
  private volatile boolean asleep;

  private volatile Outcome outcome = Outcome.NONE;
  private long lastUsed = System.nanoTime();

  // Guarded by this object.
  private State state = State.NEW;
  private ScheduledFuture<?> planned;
  private long plannedFor;
  private long lastReading;
  private long lastOfAll;

  /** Start of the last reading that was made because definitions may have been changed. */
  private long lastHurried;

  /** Start of the last reading that came to an end. */
  private long lastRead;

  /** Changes reported until now. */
  private SeenChanges seen = SeenChanges.NONE;

  /** Changes reported before the start of the last reading that came to an end. */
  private SeenChanges seenWhenRead = SeenChanges.NONE;

  private HikariDataSource pool;
  private CatalogueProtocol.Mark mark;
  private DatabaseObjects objects;

  /** A digest of what roles and databases have sessions begin with. */
  private String defaults;

  /** Content that could not be read of it, as logged. */
  private String unread = "";

  WatchedDatabase(
      String name,
      DataSource source,
      SourceConnections connections,
      ScheduledExecutorService executor,
      LongSupplier versions,
      Catalogues.Found findings,
      CatalogueContext context) {
    this.context = context;
    this.name = name;
    this.connections = connections;
    this.executor = executor;
    this.versions = versions;
    this.findings = findings;
    ofCluster = source.cluster().watched();
    refresh = source.catalog().refresh();
    pace = new ReadingPace(refresh);
    terms =
        new ReadingTerms(
            source.parameters(), context.builtIns(), refresh, context.memory().limit());
    where = name + " at " + source.host() + ":" + source.port();
    published = Catalogue.unknown(name, context.builtIns().own());
  }

  String name() {
    return name;
  }

  Catalogue current() {
    if (!used) {
      used = true; // no more than that: this is asked for each statement
      if (asleep) {
        wake();
      }
    }
    return published;
  }

  private synchronized void wake() {
    asleep = false;
    soon(System.nanoTime());
  }

  /** Time of the last use, as far as it was noticed: between two calls of this. */
  synchronized long lastUsed() {
    if (used) {
      used = false;
      lastUsed = System.nanoTime();
    }
    return lastUsed;
  }

  /** True if the first reading has not come to its end yet. */
  boolean beingReadFirst() {
    return outcome == Outcome.NONE && !published.known();
  }

  /** True if it is, or is about to be, read because of what has happened since the last time. */
  boolean beingReadAgain() {
    return outcome != Outcome.FAILED && !published.confirmed();
  }

  /** True if what was changed past the nodes may be found later than is said. */
  boolean looksLate() {
    return due.late();
  }

  /** This is what it holds, instead of what would be read. */
  synchronized void holds(Catalogue known) {
    published = known;
    outcome = Outcome.READ;
  }

  /** Begins to read, the first time it is called. */
  synchronized void start() {
    if (state == State.NEW) {
      plan(Duration.ZERO);
    }
  }

  /**
   * @param code whether it may be other functions, triggers, views and the like
   */
  synchronized void changed(boolean code) {
    seen = seen.changed(code);
    if (code ? published.known() : published.fresh()) {
      published = outdated(code); // another edition: for each change statements wait anew
    }
    soon(lastOfAll + pace.between(code).toNanos());
  }

  /**
   * Definitions are about to be changed, as the context knows: what is there may be over any time.
   */
  synchronized void changing() {
    published = published.confirmed(false);
  }

  /** Definitions may have been changed: to be looked for at once, and to be believed till then. */
  synchronized void suspected() {
    seen = seen.suspected();
    published = published.confirmed(false);
    soon(lastHurried + pace.rest());
  }

  /** Another server is the writer: what the connection leads to may be none. */
  void otherServer() {
    HikariDataSource former = null;
    synchronized (this) {
      seen = seen.suspected();
      published = published.confirmed(false);
      mark = null;
      if (state == State.WAITING) {
        former = taken();
        plan(Duration.ZERO);
      } else if (state == State.READING) {
        become(State.READING_FORMER);
      }
    }
    close(former);
  }

  /** Looks again at this time at the latest, unless the database cannot be read. */
  private void soon(long next) {
    if (state == State.WAITING && !pace.failing() && plannedFor - next > 0) {
      plan(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
    }
  }

  /** It is to be looked at more or less often from now on. */
  synchronized void paceChanged() {
    soon(System.nanoTime());
  }

  /** The only place where the state changes; whether it has, as what is closed stays so. */
  private boolean become(State next) {
    if (state == State.CLOSED) {
      return false;
    }
    state = next;
    return true;
  }

  private void plan(Duration in) {
    if (!become(State.WAITING)) {
      return;
    }
    if (planned != null) {
      planned.cancel(false);
    }
    plannedFor = System.nanoTime() + in.toNanos();
    try {
      planned = executor.schedule(this::read, in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      become(State.CLOSED);
    }
  }

  private void read() {
    SeenChanges from;
    CatalogueProtocol.Mark last;
    ReadingTerms by;
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      become(State.READING);
      planned = null;
      from = seen;
      last = mark;
      by = ofCluster && objects != null ? terms.afterWriter() : terms;
      lastReading = System.nanoTime();
      if (from.suspicions() != seenWhenRead.suspicions()) {
        lastHurried = lastReading;
      }
    }
    if (System.nanoTime() - lastUsed() > UNUSED.toNanos()) {
      context.forget().accept(this);
      close();
      return;
    }
    try (Connection connection = pool().getConnection()) {
      long asked = System.nanoTime();
      CatalogueProtocol.Reading reading =
          context.protocol().read(connection, by, last, new ReadingFrom(from));
      long weight = reading.objects() == null ? 0 : weightOf(reading.objects());
      done(from, asked, reading);
      if (weight > 0) {
        makeRoom(weight);
      }
    } catch (SQLException | RuntimeException e) {
      if (closed()) {
        letGo();
      } else if (context.isGone(e)) {
        context.forget().accept(this);
        close();
      } else {
        failed(e);
      }
      return;
    }
    if (closed() || findings.yielding() || System.nanoTime() - lastUsed() > RESTING.toNanos()) {
      letGo();
    }
  }

  /** Closes the connection unless it is being used. May take a moment: not for event loops. */
  void disconnect() {
    HikariDataSource unused;
    synchronized (this) {
      // The reader closes it.
      unused = state == State.WAITING ? taken() : null;
    }
    close(unused);
  }

  /** The connection, which the caller closes from now on; null if there is none. */
  private HikariDataSource taken() {
    HikariDataSource former = pool;
    pool = null;
    return former;
  }

  private static void close(HikariDataSource former) {
    if (former != null) {
      former.close();
    }
  }

  /** A server takes a database with a connection to be in use. */
  private void letGo() {
    HikariDataSource unused;
    synchronized (this) {
      unused = taken();
    }
    close(unused);
    if (closed()) {
      context.memory().left(this);
    }
  }

  private long weightOf(DatabaseObjects read) throws SQLException {
    long weight = read.weight();
    if (weight > context.memory().limit()) {
      throw terms.tooLarge(Long.toString(weight >> 20));
    }
    return weight;
  }

  private void makeRoom(long weight) {
    for (WatchedDatabase evicted : context.memory().holds(this, weight)) {
      evicted.context.forget().accept(evicted);
    }
    if (closed()) {
      context.memory().left(this);
    }
  }

  private synchronized boolean closed() {
    return state == State.CLOSED;
  }

  /**
   * Made anew after each failure: a new pool fails at its first attempt instead of repeating it.
   */
  private HikariDataSource pool() throws SQLException {
    HikariDataSource made;
    synchronized (this) {
      if (pool != null) {
        return pool;
      }
    }
    made = connections.to(name);
    synchronized (this) {
      if (state != State.CLOSED) {
        pool = made;
        return made;
      }
    }
    made.close();
    throw new SQLException("the database is not watched any more");
  }

  /**
   * One reading.
   *
   * @param from what was told of when it began
   */
  private final class ReadingFrom implements CatalogueProtocol.Progress {
    private final SeenChanges from;
    private boolean again;

    ReadingFrom(SeenChanges from) {
      this.from = from;
    }

    @Override
    public void changed() {
      found(from, again);
      again = true;
    }

    @Override
    public void beginning(boolean replica, String defaults) {
      begins(replica, defaults);
    }

    @Override
    public void unread(String what) {
      lacks(what);
    }

    @Override
    public boolean overtaken() {
      synchronized (WatchedDatabase.this) {
        return from.definitions() != seen.definitions();
      }
    }
  }

  /** Notes that the last reading is out of date; reading all of it anew takes a while. */
  private synchronized void found(SeenChanges from, boolean again) {
    lastOfAll = System.nanoTime();
    if (!again) {
      pace.took(lastOfAll - lastReading);
    }
    if (state != State.CLOSED && objects != null) {
      // Before any statement is judged by what was found: replicas may not have it yet.
      boolean suspected = from.suspicions() != seenWhenRead.suspicions();
      findings.changed(from.definitions() == seenWhenRead.definitions(), suspected);
      published = published.confirmed(false);
    }
  }

  private synchronized void begins(boolean replica, String with) {
    if (state != State.READING || (replica && ofCluster)) {
      return;
    }
    if (defaults != null && !defaults.equals(with)) {
      findings.sessionDefaultsChanged();
    }
    defaults = with;
  }

  private synchronized void lacks(String what) {
    if (!what.isEmpty() && !what.equals(unread)) {
      LOG.warn(
          "the catalogue of {} lacks {}; statements that call them count as if they might change"
              + " anything",
          where,
          what);
    }
    unread = what;
  }

  private synchronized void done(SeenChanges from, long asked, CatalogueProtocol.Reading reading) {
    if (state == State.CLOSED) {
      return;
    }
    if (pace.failing()) {
      pace.recovered();
      LOG.info("the catalogue of {} can be read again", where);
    }
    lastRead = lastReading;
    if (reading.objects() == null) {
      pace.took(System.nanoTime() - asked);
    }
    if (state == State.READING_FORMER || (reading.replica() && ofCluster)) {
      doneElsewhere(reading);
    } else {
      doneAtWriter(from, reading);
    }
    outcome = Outcome.READ; // once it is published
  }

  private void doneAtWriter(SeenChanges from, CatalogueProtocol.Reading reading) {
    boolean news = reading.objects() != null;
    boolean complete = from.definitions() == seen.definitions();
    boolean suspected = from.suspicions() != seen.suspicions();
    seenWhenRead = from;
    mark = reading.mark();
    if (news) {
      objects = reading.objects();
      pace.tookAll(System.nanoTime() - lastReading);
    }
    Optional<Duration> every = findings.every();
    boolean tired = every.isPresent() && System.nanoTime() - lastUsed() > AWAKE.toNanos();
    asleep = tired;
    if (used) {
      asleep = false; // its user may have looked before
    }
    boolean confirmed = !suspected && !asleep && !context.changing().any(name);
    if (complete && (news || !published.fresh())) {
      published =
          new Catalogue(name, versions.getAsLong(), Catalogue.Knowledge.FRESH, confirmed, objects);
    } else if (!complete && news) {
      published = outdated(from.code() != seen.code());
    } else {
      published = published.confirmed(confirmed);
    }
    if (!complete) {
      plan(pace.between(from.code() != seen.code()));
    } else if (suspected) {
      long next = lastHurried + pace.rest();
      plan(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
    } else {
      plan(asleep ? pace.calm() : every.map(pace::calm).orElseGet(pace::calm));
    }
    due.looked(every.isPresent(), plannedFor);
  }

  /**
   * It was not the writer that was asked. That is better than nothing, and says nothing of what may
   * have changed.
   */
  private void doneElsewhere(CatalogueProtocol.Reading reading) {
    if (objects == null) {
      objects = reading.objects();
      published =
          new Catalogue(name, versions.getAsLong(), Catalogue.Knowledge.FRESH, false, objects);
    }
    HikariDataSource elsewhere = taken();
    mark = null;
    plan(state == State.READING_FORMER ? Duration.ZERO : pace.elsewhere());
    if (elsewhere != null) {
      executor.execute(elsewhere::close);
    }
  }

  /** Returns the last reading as a catalogue, with the reservation that it may be out of date. */
  private Catalogue outdated(boolean code) {
    Catalogue.Knowledge left =
        code ? Catalogue.Knowledge.DOUBTED : Catalogue.Knowledge.TABLES_CHANGED;
    return new Catalogue(name, versions.getAsLong(), left, false, objects);
  }

  private void failed(Exception failure) {
    outcome = Outcome.FAILED;
    HikariDataSource broken;
    boolean first;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      broken = taken();
      // Who comes back may be another server.
      mark = null;
      // What it said holds for as long as it would if it had not been asked. Then there are reads
      // that replicas may answer while the writer is away, and that may run again.
      if (published.knowsCode() && lastReading - lastRead > KEPT * refresh.toNanos()) {
        published = outdated(true);
      }
      first = !pace.failing();
      plan(pace.afterFailure());
    }
    if (first) {
      LOG.warn(
          "cannot read the catalogue of {}: {}; if that lasts, functions and writes count as if they"
              + " might change any table",
          where,
          JdbcDrivers.reason(failure));
    }
    close(broken);
  }

  /** Ends watching when what is being read was read. May take a moment: not for event loops. */
  void end() {
    synchronized (this) {
      if (state == State.READING || state == State.READING_FORMER) {
        become(State.CLOSED);
        return;
      }
    }
    close();
  }

  /** Ends watching at once. May take a moment: not for event loops. */
  void close() {
    HikariDataSource open;
    synchronized (this) {
      become(State.CLOSED);
      if (planned != null) {
        planned.cancel(false);
      }
      open = taken();
    }
    context.memory().left(this);
    close(open);
  }
}
