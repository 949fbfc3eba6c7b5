package dev.heimdall.launcher.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * One server of an {@link EmbeddedCluster}: its process, and what a test does to it.
 *
 * <p>The operations that change the process may be called from any thread, one at a time.
 */
public abstract class EmbeddedServer {
  /** The address that all listen on. */
  public static final String HOST = "127.0.0.1";

  private final String title;
  private final Place place;
  private final Superuser superuser;
  private final ServerProcess process;

  /**
   * Place of a server.
   *
   * @param name the part it has when the cluster starts: {@code primary}, {@code replica1}…
   * @param port the TCP port it listens on
   * @param home the cluster's directory
   */
  public record Place(String name, int port, Path home) {
    /** Its data directory. */
    public Path data() {
      return home.resolve(name);
    }

    /** A file or folder of its own beside its data. */
    public Path beside(String ending) {
      return home.resolve(name + ending);
    }
  }

  /**
   * @param product what messages call it
   */
  protected EmbeddedServer(
      String product, Place place, ChildProcesses children, Superuser superuser) {
    this.title = product + " " + place.name() + " on " + HOST + ":" + place.port();
    this.place = place;
    this.superuser = superuser;
    this.process = new ServerProcess(title, place.beside(".log"), children);
  }

  /**
   * {@code primary}, {@code replica1}, {@code replica2}…: the part it had when the cluster started.
   */
  public final String name() {
    return place.name();
  }

  /** The address it listens on, always the loopback's. */
  public final String host() {
    return HOST;
  }

  /** The TCP port it listens on, the same over restarts. */
  public final int port() {
    return place.port();
  }

  /** Everything that the server has written to its standard error over all its starts. */
  public final Path log() {
    return process.log();
  }

  /** Its data directory. */
  public final Path dataDirectory() {
    return place.data();
  }

  protected final Place place() {
    return place;
  }

  /** User who may do everything on it. */
  public final Superuser superuser() {
    return superuser;
  }

  protected final ServerProcess process() {
    return process;
  }

  /** True if its process is alive; a frozen one is. */
  public final boolean isRunning() {
    return process.isRunning();
  }

  /** The id of its process, of the last one if it has ended. */
  public final long pid() {
    return process.pid();
  }

  /**
   * Starts the server and waits until it accepts connections (at most a minute). A replica follows
   * its primary again by itself.
   */
  public final synchronized void start() {
    launch();
    awaitReady();
  }

  /** Starts the process without waiting for it. */
  public final synchronized void launch() {
    process.launch(command());
  }

  /** Waits until a launched process accepts connections. */
  public final synchronized void awaitReady() {
    process.awaitReady(this::isReady);
  }

  /** The program with its arguments, asked for at each start. */
  protected abstract List<String> command();

  /** True if the launched process accepts connections. */
  protected abstract boolean isReady();

  /**
   * Kills it with all its processes with SIGKILL, as when the machine dies: the kernel closes the
   * sockets, without a word of the protocol.
   */
  public final synchronized void kill() {
    process.kill();
  }

  /**
   * Freezes all its processes (SIGSTOP): connections stay open and new ones are still accepted by
   * the kernel, but nothing answers.
   */
  public final synchronized void freeze() {
    process.freeze();
  }

  /** Ends {@link #freeze()}. */
  public final synchronized void thaw() {
    process.thaw();
  }

  /** Opens a connection as the superuser. */
  public abstract Connection connect(String database) throws SQLException;

  /** Runs statements as the superuser in a database, on a connection of their own. */
  public final void executeIn(String database, String... sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The first column of the first row as text; null when it is null or when there is no row. */
  public final String queryValue(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  protected final ServerException failed(SQLException cause) {
    return new ServerException(title + ": " + cause.getMessage(), cause);
  }

  @Override
  public final String toString() {
    return title;
  }
}
