package dev.heimdall.engine.catalog;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the catalogue of one database up to date. */
final class WatchedDatabase {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.catalogue");

  /** Readings because of changes begin at least this long after the one before. */
  private static final Duration BETWEEN_READINGS = Duration.ofMillis(200);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** For so many times {@code catalog.refresh} counts what was read when it cannot be read. */
  private static final int KEPT = 2;

  private enum State {
    NEW,
    /** The next reading is planned. */
    WAITING,
    READING,
    CLOSED
  }

  private final String name;
  private final Duration refresh;
  private final List<String> pathOfConnections;
  private final SourceConnections connections;
  private final ScheduledExecutorService executor;
  private final LongSupplier versions;
  private final Runnable changedUntold;
  private final String where;

  private volatile Catalogue published;
  private volatile boolean used;

  /** Whether a reading came to its end, well or not. */
  private volatile boolean tried;

  private long lastUsed = System.nanoTime();

  // Guarded by this object.
  private State state = State.NEW;
  private ScheduledFuture<?> planned;
  private long plannedFor;
  private long lastReading;
  private int failures;

  /** When the last reading began that came to an end. */
  private long lastRead;

  /** How many changes were told of. */
  private long changes;

  /** How many of them had been when the last reading began that came to an end. */
  private long changesRead;

  private HikariDataSource pool;
  private String mark;
  private DatabaseObjects objects;

  /**
   * @param changedUntold runs when definitions are found changed of which nobody has told
   */
  WatchedDatabase(
      String name,
      DataSource source,
      SourceConnections connections,
      ScheduledExecutorService executor,
      LongSupplier versions,
      Runnable changedUntold) {
    this.name = name;
    this.connections = connections;
    this.executor = executor;
    this.versions = versions;
    this.changedUntold = changedUntold;
    refresh = source.catalog().refresh();
    pathOfConnections = pathOf(source.parameters());
    where = name + " at " + source.host() + ":" + source.port();
    published = Catalogue.unknown(name);
  }

  private static List<String> pathOf(Map<String, String> parameters) {
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      if (parameter.getKey().equalsIgnoreCase("search_path")) {
        return SearchPath.parse(parameter.getValue());
      }
    }
    return null;
  }

  String name() {
    return name;
  }

  Catalogue current() {
    if (!used) {
      used = true; // no more than that: this is asked for each statement
    }
    return published;
  }

  /** When it was used last, as far as that was noticed: between two calls of this. */
  synchronized long lastUsed() {
    if (used) {
      used = false;
      lastUsed = System.nanoTime();
    }
    return lastUsed;
  }

  /** Whether the first reading has not come to its end yet. */
  boolean beingReadFirst() {
    return !tried && !published.known();
  }

  /** Begins to read, the first time it is called. */
  synchronized void start() {
    if (state == State.NEW) {
      plan(Duration.ZERO);
    }
  }

  synchronized void changed() {
    changes++;
    if (published.fresh()) {
      published = doubted();
    }
    if (state == State.WAITING && failures == 0) {
      long next = lastReading + BETWEEN_READINGS.toNanos();
      if (plannedFor - next > 0) {
        plan(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    }
  }

  /** The only place where the state changes, except for what runs into {@link #CLOSED}. */
  private void plan(Duration in) {
    if (state == State.CLOSED) {
      return;
    }
    if (planned != null) {
      planned.cancel(false);
    }
    state = State.WAITING;
    plannedFor = System.nanoTime() + in.toNanos();
    try {
      planned = executor.schedule(this::read, in.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      state = State.CLOSED;
    }
  }

  private void read() {
    long from;
    String lastMark;
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.READING;
      planned = null;
      from = changes;
      lastMark = mark;
      lastReading = System.nanoTime();
    }
    try (Connection connection = pool().getConnection()) {
      done(from, new CatalogueReader(connection, pathOfConnections).read(lastMark));
    } catch (SQLException | RuntimeException e) {
      failed(e);
    }
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

  private synchronized void done(long from, CatalogueReader.Reading reading) {
    if (state == State.CLOSED) {
      return;
    }
    if (failures > 0) {
      failures = 0;
      LOG.info("the catalogue of {} can be read again", where);
    }
    lastRead = lastReading;
    boolean complete = from == changes;
    boolean news = reading.objects() != null;
    if (news && objects != null && from == changesRead) {
      changedUntold.run();
    }
    changesRead = from;
    if (news) {
      objects = reading.objects();
      mark = reading.mark();
    }
    if (complete && (news || !published.fresh())) {
      published = new Catalogue(name, versions.getAsLong(), Catalogue.Knowledge.FRESH, objects);
    } else if (!complete && news) {
      published = doubted();
    }
    plan(complete ? jittered(refresh) : BETWEEN_READINGS);
  }

  /** What was read last, with the reservation that it may be out of date. */
  private Catalogue doubted() {
    return new Catalogue(name, versions.getAsLong(), Catalogue.Knowledge.DOUBTED, objects);
  }

  private void failed(Exception failure) {
    tried = true;
    HikariDataSource broken;
    boolean first;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      broken = pool;
      pool = null;
      // Who comes back may be another server.
      mark = null;
      // What it said holds for as long as it would if it had not been asked. Then there are reads
      // that replicas may answer while the writer is away, and that may run again.
      if (published.fresh() && lastReading - lastRead > KEPT * refresh.toNanos()) {
        published = doubted();
      }
      first = failures++ == 0;
      long pause = FIRST_PAUSE.toNanos() << Math.min(failures - 1, 10);
      plan(jittered(Duration.ofNanos(Math.min(pause, LONGEST_PAUSE.toNanos()))));
    }
    if (first) {
      LOG.warn(
          "cannot read the catalogue of {}: {}; if that lasts, functions and writes count as if they"
              + " might change any table",
          where,
          SourceConnections.reason(failure));
    }
    if (broken != null) {
      broken.close();
    }
  }

  /** So that many nodes and databases do not all ask at the same moment. */
  private static Duration jittered(Duration pause) {
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofNanos((long) (pause.toNanos() * factor));
  }

  /** Ends watching. May take a moment: not for event loops. */
  void close() {
    HikariDataSource open;
    synchronized (this) {
      state = State.CLOSED;
      if (planned != null) {
        planned.cancel(false);
      }
      open = pool;
      pool = null;
    }
    if (open != null) {
      open.close();
    }
  }
}
