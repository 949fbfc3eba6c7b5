package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.EmbeddedServer;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.Superuser;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;

/** One server of a {@link PostgresCluster}. */
public final class PostgresServer extends EmbeddedServer {
  private final PostgresBinaries binaries;

  PostgresServer(
      Place place, PostgresBinaries binaries, ChildProcesses children, Superuser superuser) {
    super("PostgreSQL", place, children, superuser);
    this.binaries = binaries;
  }

  /** The URL of one of its databases for pgjdbc, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), database);
  }

  /** Stops the server if it runs, and waits until it has ended (at most half a minute). */
  public synchronized void stop(StopMode mode) {
    process().stop(mode.signal());
  }

  /**
   * Stops the server in {@link StopMode#FAST fast} mode if it runs, and starts it on the same data.
   */
  public synchronized void restart() {
    stop(StopMode.FAST);
    start();
  }

  /** Makes a replica a primary of its own, and waits until it takes writes. */
  public void promote() {
    String promoted = queryValue("postgres", "SELECT pg_promote(true, 30)");
    if (!"t".equals(promoted)) {
      throw new ServerException(this + " was not promoted within 30 s");
    }
  }

  @Override
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", superuser().name());
    properties.setProperty("password", superuser().password());
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

  /** Asks without waiting. */
  synchronized void askToStop(StopMode mode) {
    process().askToStop(mode.signal());
  }

  /**
   * Removes the System V segment that guards the data directory. Only a killed server leaves it,
   * with its lock file; the kernel would keep it until the machine restarts.
   */
  synchronized void removeGuardOfKilled() {
    try {
      List<String> lines = Files.readAllLines(dataDirectory().resolve("postmaster.pid"));
      String[] keyAndId = lines.get(6).strip().split(" +");
      process().shell("ipcrm -m " + Long.parseLong(keyAndId[1]));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      // No lock file, or one that was being written: there is no segment to remove.
    }
  }

  @Override
  protected List<String> command() {
    return List.of(
        binaries.program("postgres"), "-D", dataDirectory().toString(), "-c", "port=" + port());
  }

  /** The postmaster says in its lock file what {@code pg_ctl} waits for. */
  @Override
  protected boolean isReady() {
    try {
      List<String> lines = Files.readAllLines(dataDirectory().resolve("postmaster.pid"));
      return lines.size() >= 8
          && lines.get(0).equals(Long.toString(process().pid()))
          && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false; // not written yet
    }
  }
}
