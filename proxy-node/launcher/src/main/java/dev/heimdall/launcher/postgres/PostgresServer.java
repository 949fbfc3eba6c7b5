package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * One PostgreSQL server of a {@link PostgresCluster}: its process, and what a test does to it.
 *
 * <p>The operations that change the process may be called from any thread, one at a time.
 */
public final class PostgresServer {
  private final String name;
  private final int port;
  private final Path data;
  private final PostgresBinaries binaries;
  private final Superuser superuser;
  private final ServerProcess process;

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
    this.binaries = binaries;
    this.superuser = superuser;
    this.process = new ServerProcess(toString(), data.resolveSibling(name + ".log"), children);
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
    return process.log();
  }

  /** Its data directory. */
  public Path dataDirectory() {
    return data;
  }

  /** Whether its postmaster is alive; a frozen one is. */
  public boolean isRunning() {
    return process.isRunning();
  }

  /** The process id of the postmaster, of the last one if it has ended. */
  public long pid() {
    return process.pid();
  }

  /** Starts the server and waits until it accepts connections (at most a minute). */
  public synchronized void start() {
    launch();
    awaitReady();
  }

  /** Stops the server if it runs, and waits until it has ended (at most half a minute). */
  public synchronized void stop(StopMode mode) {
    process.stop(mode.signal());
  }

  /**
   * Kills the postmaster and every process of its own with SIGKILL, as when the machine dies: the
   * kernel closes the sockets, nobody says good-bye.
   */
  public synchronized void kill() {
    process.kill();
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
    process.freeze();
  }

  /** Ends {@link #freeze()}. */
  public synchronized void thaw() {
    process.thaw();
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
    process.askToStop(mode.signal());
  }

  /**
   * Removes the System V segment that guards the data directory. Only a killed server leaves it,
   * with its lock file; the kernel would keep it until the machine restarts.
   */
  synchronized void removeGuardOfKilled() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      String[] keyAndId = lines.get(6).strip().split(" +");
      process.shell("ipcrm -m " + Long.parseLong(keyAndId[1]));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      // No lock file, or one that was being written: there is no segment to remove.
    }
  }

  /** Starts the process without waiting for it. */
  synchronized void launch() {
    process.launch(
        List.of(binaries.program("postgres"), "-D", data.toString(), "-c", "port=" + port));
  }

  /** Waits until a launched process accepts connections. */
  synchronized void awaitReady() {
    process.awaitReady(this::isReady);
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
}
