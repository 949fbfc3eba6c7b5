package dev.heimdall.engine.catalog;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.DataSource;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The catalogues of the databases of one data source. Read on threads of their own over a
 * connection of their own to each database, again as often as the source's {@code catalog.refresh}
 * says and at once when told of a change; with growing pauses while a database is away.
 *
 * <p>Where the catalogue is switched off, or no user is known who could read it, every database is
 * {@link Catalogue#unknown}.
 */
public final class Catalogues implements AutoCloseable {
  /** Databases that are watched at most; beyond, the one that was not asked for longest goes. */
  static final int MOST_DATABASES = 100;

  private static final int THREADS = 4;

  /** So long nothing is known of a database that is not read. */
  private static final Duration LIKE_A_READING = Duration.ofMillis(100);

  private static final Use USE =
      new Use("catalogue", "heimdall catalogue", 1, true, true, Duration.ofSeconds(90));

  private final DataSource source;

  /** Null where no reader runs. */
  private final SourceConnections connections;

  private final ScheduledThreadPoolExecutor executor;
  private final Map<String, WatchedDatabase> databases = new ConcurrentHashMap<>();
  private final CatalogueProtocol protocol;
  private final CatalogueMemory memory;
  private final ChangesInProgress changing;
  private final SharedBuiltIns builtIns;

  /** Contents of databases that are not read, by their names. */
  private final Function<String, Catalogue> known;

  private final AtomicLong versions = new AtomicLong();
  private final AtomicLong untold = new AtomicLong();
  private volatile Closely closely;
  private volatile Consumer<String> freeing = database -> {};
  private volatile Runnable defaultsChanged = () -> {};
  private volatile BooleanSupplier yielding = () -> false;
  private volatile boolean closed;

  /**
   * Settings for the close watching of databases in use.
   *
   * @param found runs when definitions are found changed
   */
  private record Closely(Duration every, Runnable found, Consumer<String> first) {}

  /**
   * Reads nothing until it is asked.
   *
   * @param reader as whom it reads; empty where it is not to
   * @param protocol how
   * @param memory what its catalogues may weigh, with those of other sources
   */
  public Catalogues(
      DataSource source,
      Optional<DatabaseCredentials> reader,
      CatalogueProtocol protocol,
      CatalogueMemory memory) {
    this(
        source,
        reader,
        reader.isPresent(),
        protocol,
        database -> Catalogue.unknown(database, protocol.own()),
        memory);
  }

  private Catalogues(
      DataSource source,
      Optional<DatabaseCredentials> reader,
      boolean watched,
      CatalogueProtocol protocol,
      Function<String, Catalogue> known,
      CatalogueMemory memory) {
    this.source = source;
    this.protocol = protocol;
    this.known = known;
    this.memory = memory;
    if (!watched) {
      executor = null;
      connections = null;
      builtIns = null;
      changing = null;
      return;
    }
    ThreadFactory threads = DaemonThreads.numbered("catalogue-" + source.name());
    executor = new ScheduledThreadPoolExecutor(THREADS, threads);
    executor.setRemoveOnCancelPolicy(true);
    changing = new ChangesInProgress(executor);
    builtIns = new SharedBuiltIns(protocol.own());
    connections =
        reader
            .map(credentials -> new SourceConnections(source, credentials, USE, executor, threads))
            .orElse(null);
  }

  /**
   * Those of a source whose databases are not read.
   *
   * @param known what is known of one all the same, by its name there
   */
  public static Catalogues unread(
      DataSource source, Function<String, Catalogue> known, CatalogueMemory memory) {
    return new Catalogues(source, Optional.empty(), false, null, known, memory);
  }

  /**
   * Those of a source whose databases hold what this says: they are asked for as others are, and
   * known a moment later as if they had been read.
   *
   * @param known what a database holds, by its name there
   */
  public static Catalogues fixed(
      DataSource source,
      CatalogueProtocol protocol,
      Function<String, Catalogue> known,
      CatalogueMemory memory) {
    return new Catalogues(source, Optional.empty(), true, protocol, known, memory);
  }

  /** True if databases are read at all. */
  public boolean enabled() {
    return executor != null;
  }

  /**
   * Returns the current knowledge of a database at the server, by its name there. Never blocks; the
   * first call for a database starts reading it, and has {@link Catalogue#unknown}.
   */
  public Catalogue current(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    return watched != null ? watched.current() : first(database);
  }

  /**
   * True if a database is being read for the first time, so that it is worth waiting a moment for
   * {@link #current}: until it was read, or could not be. Never blocks.
   */
  public boolean beingReadFirst(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    return watched != null && watched.beingReadFirst();
  }

  /**
   * True if a database is being read again because its definitions were, or may have been, changed,
   * so that it is worth waiting a moment for {@link #current}. Never blocks.
   */
  public boolean beingReadAgain(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    return watched != null && watched.beingReadAgain();
  }

  /**
   * True if a look at a database is late that was to find what others have changed in it. Never
   * blocks.
   */
  boolean looksLate(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    return watched != null && watched.looksLate();
  }

  /**
   * Tells that definitions of a database were changed: to be called when the reply to a DDL
   * statement is there, and again when a transaction ends that had one, because only then others
   * can see it. Never blocks. Until a reading that began after this call is done, {@link #current}
   * is not {@link Catalogue#fresh}, and counts everything as if it might do anything.
   */
  public void changed(String database) {
    changed(database, true);
  }

  /**
   * Reports that definitions of tables and the like were changed: functions, triggers, views and
   * other code are as they were.
   */
  public void tablesChanged(String database) {
    changed(database, false);
  }

  private void changed(String database, boolean code) {
    WatchedDatabase watched = databases.get(readAs(database));
    if (watched != null) {
      watched.changed(code);
    }
  }

  /**
   * Tells that definitions of a database are about to be changed, at a moment that is unknown.
   * Never blocks. Until that is over, and for {@link ChangesInProgress#LONGEST} at most, what
   * {@link #current} has is not {@link Catalogue#confirmed}.
   *
   * @return to be run when it is over; nothing happens when it is run again
   */
  public Runnable changing(String database) {
    if (executor == null) {
      return () -> {};
    }
    Runnable over = changing.begin(readAs(database), () -> suspected(database));
    WatchedDatabase watched = databases.get(readAs(database));
    if (watched != null) {
      watched.changing();
    }
    return over;
  }

  /**
   * Reports that definitions of all databases, including those first used later, may be about to
   * change: this node is not notified of changes by others before they are made.
   */
  public Runnable apart() {
    if (executor == null) {
      return () -> {};
    }
    Runnable over = changing.beginAll(this::suspected);
    databases.values().forEach(WatchedDatabase::changing);
    return over;
  }

  /**
   * Tells that definitions of a database may have been changed, by something of which it is unknown
   * what it did. Never blocks. Until the database was asked after this call, what {@link #current}
   * has is not {@link Catalogue#confirmed}.
   */
  public void suspected(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    if (watched != null) {
      watched.suspected();
    }
  }

  /**
   * Sets the listener that also keeps connections to databases of the source, and closes unused
   * ones.
   */
  public void freeing(Consumer<String> others) {
    freeing = others;
  }

  /** Sets the keeper of server sessions with which other clients are to begin. */
  public void beginning(Runnable others) {
    defaultsChanged = others;
  }

  /** True if the servers take hardly any more connections: readers keep none while they rest. */
  public void yielding(BooleanSupplier nearlyFull) {
    yielding = nearlyFull;
  }

  /** The servers take hardly any more connections: those of readers that rest end. Never blocks. */
  public void makeRoom() {
    if (executor != null && !closed) {
      begins(Duration.ZERO, () -> databases.values().forEach(WatchedDatabase::disconnect));
    }
  }

  /**
   * Sessions of the servers may begin with other settings from now on: those that have begun belong
   * to no other reader. Never blocks.
   */
  public void sessionDefaultsChanged() {
    defaultsChanged.run();
  }

  /**
   * A database is to have no users, because it is dropped, altered or copied: it is not read any
   * more unless it is asked for again, and no other part of the node keeps unused connections to
   * it. Never blocks.
   */
  public void free(String database) {
    WatchedDatabase watched = databases.get(readAs(database));
    if (watched != null) {
      forget(watched);
    }
    freeing.accept(database);
  }

  /** Reports that definitions of all databases may have been changed. */
  public void suspected() {
    databases.values().forEach(WatchedDatabase::suspected);
  }

  /**
   * Reports possible changes in all databases when another server is the writer: it is queried over
   * a new connection.
   */
  public void otherServer() {
    if (executor != null
        && !closed
        && begins(Duration.ZERO, () -> databases.values().forEach(WatchedDatabase::otherServer))) {
      suspected();
    }
  }

  /**
   * Has databases in use asked so often whether anything has changed, rather than every {@code
   * catalog.refresh}: where reads and writes are told apart by the tables that they touch.
   *
   * @param found runs on any thread when definitions are found changed, before a statement is
   *     judged by what they are now
   * @param first runs then, with the name of a database, where no other reader is known to have
   *     found it
   */
  public void watchClosely(Duration every, Runnable found, Consumer<String> first) {
    closely = new Closely(every, found, first);
    databases.values().forEach(WatchedDatabase::paceChanged);
  }

  /** Listener for the findings in a database, which also sets how often to look. */
  final class Found {
    private final String database;

    private Found(String database) {
      this.database = database;
    }

    /** Interval of looking for changes, while the database is in use. */
    Optional<Duration> every() {
      return Optional.ofNullable(closely).map(Closely::every);
    }

    /** True if a connection that is not needed now makes room for others. */
    boolean yielding() {
      return yielding.getAsBoolean();
    }

    /** Reports that the settings that sessions begin with were found changed. */
    void sessionDefaultsChanged() {
      Catalogues.this.sessionDefaultsChanged();
    }

    /**
     * Definitions were found changed, and are about to be read.
     *
     * @param unannounced true if it was not reported
     * @param suspected true if a report said that it may have been
     */
    void changed(boolean unannounced, boolean suspected) {
      if (unannounced) {
        untold.incrementAndGet();
      }
      Closely watched = closely;
      if (watched != null) {
        watched.found().run();
        if (unannounced && !suspected) {
          watched.first().accept(database);
        }
      }
    }
  }

  /**
   * Number of readings that found definitions changed without a report by {@link #changed}: changed
   * by another client, past this node. Never blocks.
   */
  public long changesUntold() {
    return untold.get();
  }

  private String readAs(String database) {
    return protocol == null ? database : protocol.readAs(database);
  }

  private Catalogue first(String database) {
    if (executor == null || closed) {
      return known.apply(database);
    }
    WatchedDatabase watched =
        databases.computeIfAbsent(
            readAs(database),
            name ->
                new WatchedDatabase(
                    name,
                    source,
                    connections,
                    executor,
                    versions::incrementAndGet,
                    new Found(name),
                    new CatalogueContext(protocol, builtIns, memory, changing, this::forget)));
    if (connections != null) {
      watched.start();
    } else {
      begins(LIKE_A_READING, () -> watched.holds(known.apply(database)));
    }
    if (databases.size() > MOST_DATABASES) {
      forgetOne(watched);
    }
    if (closed) {
      watched.close();
    }
    return watched.current();
  }

  /** True if that is going to be done: not where all of this is being closed. */
  private boolean begins(Duration in, Runnable task) {
    try {
      executor.schedule(task, in.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void forgetOne(WatchedDatabase except) {
    databases.values().stream()
        .filter(watched -> watched != except)
        .min(Comparator.comparingLong(WatchedDatabase::lastUsed))
        .ifPresent(this::forget);
  }

  private void forget(WatchedDatabase watched) {
    databases.remove(watched.name(), watched);
    closeOffLoop(watched);
  }

  /** Closing a connection takes a moment that an event loop does not have. */
  private void closeOffLoop(WatchedDatabase watched) {
    try {
      executor.execute(watched::end);
    } catch (RejectedExecutionException e) {
      // All of this is being closed; no event loop is waited for any more.
      watched.close();
    }
  }

  /** Number of watched databases. */
  public int watched() {
    return databases.size();
  }

  /** Stops reading and closes all connections. Catalogues that were handed out stay usable. */
  @Override
  public void close() {
    closed = true;
    databases.values().forEach(WatchedDatabase::close);
    databases.clear();
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
