package dev.heimdall.test.mysql;

import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.changes.ChangeReader;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlCatalogue;
import dev.heimdall.engine.dialect.mysql.changes.BinlogChanges;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Listens to the log of one server, and remembers what it hears. */
final class LogListener implements AutoCloseable, ChangeSink, ChangeReader.Progress {
  private static final ChangeSettings LISTENING =
      new ChangeSettings(
          false,
          true,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          "heimdall",
          "heimdall",
          1 << 30);

  /** A transaction. */
  record Heard(Set<String> tables, Position at) {}

  private final Catalogues catalogues;
  private final ChangeReader reader;
  private final List<Heard> heard = new ArrayList<>();
  private final List<String> defined = new ArrayList<>();
  private final CompletableFuture<Void> following = new CompletableFuture<>();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private volatile Consumer<Heard> visitor = transaction -> {};
  private final List<String> tooLate = new ArrayList<>();
  private int missed;

  private LogListener(DataSource source) {
    SourceLogins logins = new SourceLogins();
    catalogues =
        new Catalogues(
            source,
            logins.ofCatalogue(source),
            new MysqlCatalogue(),
            new CatalogueMemory(new MemoryBudget(64L << 20, 1).ofNode(BudgetedCache.CATALOGUES)));
    Await.until("the catalogue was read", () -> catalogues.current("").confirmed());
    try {
      reader =
          new BinlogChanges()
              .ways(source, logins.of(source).orElseThrow(), catalogues::current)
              .get(0)
              .opening()
              .open(source, this);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static DataSource source(MysqlServer server, String user, String password, BackendTls tls) {
    return new DataSource(
        "primary",
        Engine.MYSQL,
        "jdbc:mysql://%s:%d".formatted(server.host(), server.port()),
        Optional.of(user),
        Optional.of(new Secret(password)),
        SourceCredentials.none(),
        tls,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Map.of(),
        new CatalogSettings(true, Optional.empty(), Optional.empty(), Duration.ofHours(1)),
        Optional.empty(),
        ClusterSettings.defaults(),
        LISTENING);
  }

  /** Begins, and does not wait for it to follow. */
  static LogListener begin(DataSource source) {
    LogListener listener = new LogListener(source);
    Thread thread = new Thread(listener::run, "log-listener");
    thread.setDaemon(true);
    thread.start();
    return listener;
  }

  static LogListener to(DataSource source) {
    LogListener listener = begin(source);
    Await.until(
        "the log is followed",
        () -> {
          if (listener.ended.isDone()) {
            throw new AssertionError("it has ended", listener.ended.join());
          }
          return listener.following.isDone();
        });
    return listener;
  }

  private void run() {
    try {
      reader.read(this);
      ended.complete(new AssertionError("it returned"));
    } catch (Exception | Error e) {
      ended.complete(e);
    }
  }

  /** Why it has ended. */
  Throwable end() {
    Await.until("the listener has ended", ended::isDone);
    return ended.join();
  }

  boolean follows() {
    return following.isDone() && !ended.isDone();
  }

  /** Has each transaction looked at when it is reported. */
  void visit(Consumer<Heard> with) {
    visitor = with;
  }

  /** The transactions so far, and forgets them. */
  synchronized List<Heard> take() {
    List<Heard> all = List.copyOf(heard);
    heard.clear();
    return all;
  }

  synchronized int count() {
    return heard.size();
  }

  /** Definitions of which database were changed, in their order; and forgets them. */
  synchronized List<String> takeDefined() {
    List<String> all = List.copyOf(defined);
    defined.clear();
    return all;
  }

  /** Reasons why what is kept could not be used at times. */
  synchronized List<String> tooLate() {
    return List.copyOf(tooLate);
  }

  /** How often anything may have been written; and forgets it. */
  synchronized int takeMissed() {
    int count = missed;
    missed = 0;
    return count;
  }

  /** Somebody changes definitions, until that is run. */
  Runnable changing() {
    return catalogues.changing("");
  }

  @Override
  public boolean written(Collection<String> tables, Map<String, RowKeys> rows, Position at) {
    Heard transaction = new Heard(new TreeSet<>(tables), at);
    visitor.accept(transaction);
    synchronized (this) {
      heard.add(transaction);
    }
    return true;
  }

  @Override
  public Runnable arriving(Collection<String> tables, boolean others, Map<String, RowKeys> rows) {
    return () -> {};
  }

  @Override
  public synchronized void missed() {
    missed++;
  }

  @Override
  public synchronized void defined(String database) {
    defined.add(database);
  }

  @Override
  public void gap(String why) {
    throw new AssertionError("a reader reports no gaps");
  }

  @Override
  public void following() {
    following.complete(null);
  }

  @Override
  public synchronized void behind(String why) {
    tooLate.add(why);
  }

  @Override
  public void heard(int tables, boolean news) {}

  @Override
  public void behind(long bytes) {}

  @Override
  public void close() {
    reader.close();
    end();
    catalogues.close();
  }
}
