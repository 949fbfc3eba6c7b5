package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.EmbeddedServer;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.Superuser;
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

/** One server of a {@link MysqlCluster}. */
public final class MysqlServer extends EmbeddedServer {
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(60);

  private final ServerPrograms programs;
  private final List<String> options;
  private volatile boolean readOnly;
  private long logBefore;

  MysqlServer(
      Place place,
      ServerPrograms programs,
      ChildProcesses children,
      Superuser superuser,
      List<String> options) {
    super(programs.flavour().product(), place, children, superuser);
    this.programs = programs;
    this.options = List.copyOf(options);
  }

  /** The Unix socket it listens on. */
  public Path socket() {
    return place().beside(".sock");
  }

  public Flavour flavour() {
    return programs.flavour();
  }

  /** The URL of one of its databases for MySQL Connector/J, without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:mysql://%s:%d/%s".formatted(host(), port(), database);
  }

  /** Stops the server if it runs, and waits until it has ended (at most half a minute). */
  public synchronized void stop() {
    process().stop("TERM");
  }

  /** Stops the server if it runs, and starts it on the same data. */
  public synchronized void restart() {
    stop();
    start();
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
      throw new ServerException(
          "%s has not replayed up to %s within %s".formatted(this, received, FINISHED_WITHIN));
    }
  }

  private String received() {
    try (Connection connection = connect("");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(flavour().replicaStatus())) {
      return row.next() ? row.getString(flavour().received()) : "";
    } catch (SQLException e) {
      throw failed(e);
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

  @Override
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", superuser().name());
    properties.setProperty("password", superuser().password());
    properties.setProperty("connectTimeout", "10000");
    properties.setProperty("sslMode", "DISABLED"); // it does not leave this machine
    properties.setProperty("allowPublicKeyRetrieval", "true");
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** Runs statements as the superuser in no database, on a connection of their own. */
  public void execute(String... sql) {
    executeIn("", sql);
  }

  /** Position up to which it has written, as it spells GTIDs itself. */
  public String position() {
    return queryValue("", flavour().position());
  }

  /** True if it has come to a position within a time. */
  public boolean reaches(String position, Duration limit) {
    return "1".equals(queryValue("", flavour().reached(position, limit.toSeconds())));
  }

  void beginAsReplica() {
    readOnly = true;
  }

  @Override
  protected List<String> command() {
    logBefore = Files.exists(log()) ? sizeOfLog() : 0;
    List<String> command = new ArrayList<>(programs.serve(dataDirectory()));
    command.add("--port=" + port());
    command.add("--socket=" + socket());
    command.add("--tmpdir=" + temporaryFiles());
    command.add("--pid-file=" + place().beside(".pid"));
    if (readOnly) {
      command.addAll(flavour().readOnly());
    }
    command.addAll(options);
    return command;
  }

  /** A folder of its own: several servers in one would delete each other's files. */
  private Path temporaryFiles() {
    try {
      return Files.createDirectories(place().beside(".tmp"));
    } catch (IOException e) {
      throw new ServerException("cannot make a folder for temporary files", e);
    }
  }

  private long sizeOfLog() {
    try {
      return Files.size(log());
    } catch (IOException e) {
      throw new ServerException("cannot read " + log(), e);
    }
  }

  @Override
  protected boolean isReady() {
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
