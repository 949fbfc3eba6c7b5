package dev.heimdall.launcher.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * One PostgreSQL server of a {@link PostgresCluster}: its process, and what a test does to it.
 *
 * <p>The operations that change the process may be called from any thread, one at a time.
 */
public final class PostgresServer {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
  private static final int LINES_IN_A_MESSAGE = 12;

  private final String name;
  private final int port;
  private final Path data;
  private final Path log;
  private final PostgresBinaries binaries;
  private final ChildProcesses children;
  private final Superuser superuser;
  private volatile Process process;
  private boolean frozen;

  PostgresServer(
      String name,
      int port,
      Path data,
      PostgresBinaries binaries,
      ChildProcesses children,
      Superuser superuser) {
    this.name = name;
    this.port = port;
    this.data = data;
    this.log = data.resolveSibling(name + ".log");
    this.binaries = binaries;
    this.children = children;
    this.superuser = superuser;
  }

  /**
   * {@code primary}, {@code replica1}, {@code replica2}…: the part it had when the cluster started.
   */
  public String name() {
    return name;
  }

  /** The address it listens on, always the loopback's. */
  public String host() {
    return PostgresCluster.HOST;
  }

  /** The TCP port it listens on, the same over restarts. */
  public int port() {
    return port;
  }

  /** The URL of one of its databases for pgjdbc, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(host(), port, database);
  }

  /** Everything that the server has written to its standard error over all its starts. */
  public Path log() {
    return log;
  }

  /** Its data directory. */
  public Path dataDirectory() {
    return data;
  }

  /** Whether its postmaster is alive; a frozen one is. */
  public boolean isRunning() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** The process id of the postmaster, of the last one if it has ended. */
  public long pid() {
    if (process == null) {
      throw new IllegalStateException(this + " was never started");
    }
    return process.pid();
  }

  /** Starts the server and waits until it accepts connections (at most a minute). */
  public synchronized void start() {
    launch();
    awaitReady();
  }

  /** Stops the server if it runs, and waits until it has ended (at most half a minute). */
  public synchronized void stop(StopMode mode) {
    askToStop(mode);
    if (isRunning() && !ended(process, STOPPED_WITHIN)) {
      throw new PostgresException(
          "%s did not stop (%s) within %d s; its log ends:%n%s"
              .formatted(this, mode, STOPPED_WITHIN.toSeconds(), endOfLog()));
    }
  }

  /**
   * Kills the postmaster and every process of its own with SIGKILL, as when the machine dies: the
   * kernel closes the sockets, nobody says good-bye.
   */
  public synchronized void kill() {
    if (!isRunning()) {
      return;
    }
    List<ProcessHandle> all = processes();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(all);
    ended(process, STOPPED_WITHIN); // until the JVM knows it too
    frozen = false;
  }

  /**
   * Stops the server in {@link StopMode#FAST fast} mode if it runs, and starts it on the same data.
   */
  public synchronized void restart() {
    stop(StopMode.FAST);
    start();
  }

  /**
   * Freezes all its processes (SIGSTOP): connections stay open and new ones are still accepted by
   * the kernel, but nothing answers.
   */
  public synchronized void freeze() {
    if (isRunning() && !frozen) {
      frozen = true;
      processes().forEach(handle -> signal("STOP", handle));
    }
  }

  /** Ends {@link #freeze()}. */
  public synchronized void thaw() {
    if (isRunning() && frozen) {
      processes().forEach(handle -> signal("CONT", handle));
    }
    frozen = false;
  }

  /** Makes a replica a primary of its own, and waits until it takes writes. */
  public void promote() {
    String promoted = queryValue("postgres", "SELECT pg_promote(true, 30)");
    if (!"t".equals(promoted)) {
      throw new PostgresException(this + " was not promoted within 30 s");
    }
  }

  /** Opens a connection as the superuser. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", superuser.name());
    properties.setProperty("password", superuser.password());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("ApplicationName", "heimdall-launcher");
    return new Driver().connect(jdbcUrl(database), properties);
  }

  /**
   * Runs statements as the superuser in the database {@code postgres}, on a connection of their
   * own.
   */
  public void execute(String... sql) {
    executeIn("postgres", sql);
  }

  /** Runs statements as the superuser in a database, on a connection of their own. */
  public void executeIn(String database, String... sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    } catch (SQLException e) {
      throw new PostgresException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  /** The first column of the first row as text; null when it is null or when there is no row. */
  public String queryValue(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw new PostgresException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  @Override
  public String toString() {
    return "PostgreSQL " + name + " on " + host() + ":" + port;
  }

  /** Asks without waiting. */
  synchronized void askToStop(StopMode mode) {
    if (isRunning()) {
      thaw();
      signal(mode.signal(), process.toHandle());
    }
  }

  /**
   * Removes the System V segment that guards the data directory. Only a killed server leaves it,
   * with its lock file; the kernel would keep it until the machine restarts.
   */
  synchronized void removeGuardOfKilled() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      String[] keyAndId = lines.get(6).strip().split(" +");
      shell("ipcrm -m " + Long.parseLong(keyAndId[1]));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      // No lock file, or one that was being written: there is no segment to remove.
    }
  }

  /** Starts the process without waiting for it. */
  synchronized void launch() {
    if (isRunning()) {
      throw new IllegalStateException(this + " runs already");
    }
    frozen = false;
    process =
        children.start(
            List.of(binaries.program("postgres"), "-D", data.toString(), "-c", "port=" + port),
            log);
  }

  /** Waits until a launched process accepts connections. */
  synchronized void awaitReady() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isReady()) {
      if (ended(process, Duration.ofMillis(10))) {
        throw new PostgresException(
            "%s ended with code %d while starting; its log ends:%n%s"
                .formatted(this, process.exitValue(), endOfLog()));
      }
      if (System.nanoTime() > deadline) {
        throw new PostgresException(
            "%s was not ready within %d s; its log ends:%n%s"
                .formatted(this, READY_WITHIN.toSeconds(), endOfLog()));
      }
    }
  }

  /** The postmaster says in its lock file what {@code pg_ctl} waits for. */
  private boolean isReady() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8
          && lines.get(0).equals(Long.toString(process.pid()))
          && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false; // not written yet
    }
  }

  private List<ProcessHandle> processes() {
    ProcessHandle postmaster = process.toHandle();
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  private void signal(String signal, ProcessHandle handle) {
    // Fails when the process has just gone by itself, which is as good.
    shell("kill -" + signal + " " + handle.pid());
  }

  private void shell(String command) {
    Process process = children.start(List.of("/bin/sh", "-c", command), log);
    if (!ended(process, Duration.ofSeconds(10))) {
      throw new PostgresException("`" + command + "` hangs");
    }
  }

  private void awaitEnd(List<ProcessHandle> handles) {
    long deadline = System.nanoTime() + STOPPED_WITHIN.toNanos();
    while (handles.stream().anyMatch(PostgresServer::isAlive)) {
      if (System.nanoTime() > deadline) {
        throw new PostgresException(
            "%s has processes that survive SIGKILL: %s".formatted(this, handles));
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PostgresException("interrupted while waiting for the end of " + this, e);
      }
    }
  }

  /** A zombie has ended, however long the machine's first process takes to bury it. */
  static boolean isAlive(ProcessHandle handle) {
    if (!handle.isAlive()) {
      return false;
    }
    try {
      String status = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
      return !status.substring(status.lastIndexOf(')') + 1).strip().startsWith("Z");
    } catch (IOException e) {
      return handle.isAlive(); // gone since, or no /proc here
    }
  }

  private boolean ended(Process one, Duration limit) {
    try {
      return one.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while waiting for " + this, e);
    }
  }

  private String endOfLog() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LINES_IN_A_MESSAGE), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }
}
