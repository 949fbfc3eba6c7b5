package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * One server of a {@link MysqlCluster}: its process, and what a test does to it.
 *
 * <p>The operations that change the process may be called from any thread, one at a time.
 */
public final class MysqlServer {
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(60);

  private final String name;
  private final int port;
  private final Path data;
  private final ServerPrograms programs;
  private final Superuser superuser;
  private final List<String> options;
  private final ServerProcess process;
  private volatile boolean readOnly;
  private long logBefore;

  MysqlServer(
      String name,
      int port,
      Path data,
      ServerPrograms programs,
      ChildProcesses children,
      Superuser superuser,
      List<String> options) {
    this.name = name;
    this.port = port;
    this.data = data;
    this.programs = programs;
    this.superuser = superuser;
    this.options = List.copyOf(options);
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
    return MysqlCluster.HOST;
  }

  /** The TCP port it listens on, the same over restarts. */
  public int port() {
    return port;
  }

  /** The Unix socket it listens on. */
  public Path socket() {
    return data.resolveSibling(name + ".sock");
  }

  public Flavour flavour() {
    return programs.flavour();
  }

  /** The URL of one of its databases for MySQL Connector/J, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:mysql://%s:%d/%s".formatted(host(), port, database);
  }

  /** Everything that the server has written to its standard error over all its starts. */
  public Path log() {
    return process.log();
  }

  /** Its data directory. */
  public Path dataDirectory() {
    return data;
  }

  /** Whether its process is alive; a frozen one is. */
  public boolean isRunning() {
    return process.isRunning();
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Starts the server and waits until it accepts connections (at most a minute). A replica follows
   * its primary again by itself.
   */
  public synchronized void start() {
    launch();
    awaitReady();
  }

  /** Stops the server if it runs, and waits until it has ended (at most half a minute). */
  public synchronized void stop() {
    process.stop("TERM");
  }

  /**
   * Kills it with SIGKILL, as when the machine dies: the kernel closes the sockets, nobody says
   * good-bye.
   */
  public synchronized void kill() {
    process.kill();
  }

  /** Stops the server if it runs, and starts it on the same data. */
  public synchronized void restart() {
    stop();
    start();
  }

  /**
   * Freezes it (SIGSTOP): connections stay open and new ones are still accepted by the kernel, but
   * nothing answers.
   */
  public synchronized void freeze() {
    process.freeze();
  }

  /** Ends {@link #freeze()}. */
  public synchronized void thaw() {
    process.thaw();
  }

  /**
   * Makes a replica a primary of its own, which takes writes, also after a restart. It carries out
   * first what it has got of the one before.
   */
  public synchronized void promote() {
    finish();
    execute(flavour().promote().toArray(String[]::new));
    readOnly = false;
  }

  /**
   * Has a replica get nothing more, and waits until it has carried out what it has got: commits may
   * have been acknowledged because of that.
   */
  public synchronized void finish() {
    execute(flavour().finish().toArray(String[]::new));
    String received = received();
    if (!received.isEmpty() && !reaches(received, FINISHED_WITHIN)) {
      throw new MysqlException(
          "%s has not replayed up to %s within %s".formatted(this, received, FINISHED_WITHIN));
    }
  }

  private String received() {
    try (Connection connection = connect("");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(flavour().replicaStatus())) {
      return row.next() ? row.getString(flavour().received()) : "";
    } catch (SQLException e) {
      throw new MysqlException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  /**
   * Makes it a replica of another server, also after a restart. It may have been a primary itself,
   * as long as the other has all that it wrote.
   */
  public synchronized void follow(MysqlServer primary) {
    execute(flavour().follow(primary).toArray(String[]::new));
    readOnly = true;
  }

  /** Opens a connection as the superuser. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", superuser.name());
    properties.setProperty("password", superuser.password());
    properties.setProperty("connectTimeout", "10000");
    properties.setProperty("sslMode", "DISABLED"); // it does not leave this machine
    properties.setProperty("allowPublicKeyRetrieval", "true");
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** Runs statements as the superuser in no database, on a connection of their own. */
  public void execute(String... sql) {
    executeIn("", sql);
  }

  /** Runs statements as the superuser in a database, on a connection of their own. */
  public void executeIn(String database, String... sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    } catch (SQLException e) {
      throw new MysqlException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  /** The first column of the first row as text; null when it is null or when there is no row. */
  public String queryValue(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw new MysqlException("%s: %s".formatted(this, e.getMessage()), e);
    }
  }

  /** How far it has written, as it spells GTIDs itself. */
  public String position() {
    return queryValue("", flavour().position());
  }

  /** Whether it has come to a position within a time. */
  public boolean reaches(String position, Duration limit) {
    return "1".equals(queryValue("", flavour().reached(position, limit.toSeconds())));
  }

  @Override
  public String toString() {
    return flavour().product() + " " + name + " on " + host() + ":" + port;
  }

  Superuser superuser() {
    return superuser;
  }

  void beginAsReplica() {
    readOnly = true;
  }

  /** Asks without waiting. */
  void askToStop() {
    process.askToStop("TERM");
  }

  /** Starts the process without waiting for it. */
  synchronized void launch() {
    logBefore = Files.exists(log()) ? sizeOfLog() : 0;
    List<String> command = new ArrayList<>(programs.serve(data));
    command.add("--port=" + port);
    command.add("--socket=" + socket());
    command.add("--tmpdir=" + temporaryFiles());
    command.add("--pid-file=" + data.resolveSibling(name + ".pid"));
    if (readOnly) {
      command.addAll(flavour().readOnly());
    }
    command.addAll(options);
    process.launch(command);
  }

  /** A folder of its own: several servers in one would delete each other's files. */
  private Path temporaryFiles() {
    try {
      return Files.createDirectories(data.resolveSibling(name + ".tmp"));
    } catch (IOException e) {
      throw new MysqlException("cannot make a folder for temporary files", e);
    }
  }

  /** Waits until a launched process accepts connections. */
  synchronized void awaitReady() {
    process.awaitReady(this::isReady);
  }

  private long sizeOfLog() {
    try {
      return Files.size(log());
    } catch (IOException e) {
      throw new MysqlException("cannot read " + log(), e);
    }
  }

  private boolean isReady() {
    try {
      byte[] all = Files.readAllBytes(log());
      String fresh =
          new String(
              all, (int) logBefore, all.length - (int) logBefore, StandardCharsets.ISO_8859_1);
      return fresh.contains("ready for connections");
    } catch (IOException e) {
      return false; // not written yet
    }
  }
}
