package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.ClusterDirectory;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.embedded.ServerAccount;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.UnpackedPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A primary with replicas that follow it by GTID, each an ordinary process on the loopback address.
 * Needs no installed server and works under root too.
 *
 * <pre>{@code
 * try (MysqlCluster cluster = MysqlCluster.of(EmbeddedMariaDb.unpacked(step -> {})).replicas(1).start()) {
 *   cluster.primary().execute("CREATE DATABASE shop");
 *   cluster.awaitReplay(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Log-ins need a password. Closing the cluster, or the end of the JVM, ends every process and
 * deletes the data; on Linux the processes end even when the JVM is killed.
 */
public final class MysqlCluster implements AutoCloseable {
  static final String HOST = "127.0.0.1";
  private static final int ATTEMPTS_ON_EPHEMERAL_PORTS = 3;
  private static final Duration INITIALISED_WITHIN = Duration.ofMinutes(2);
  private static final Duration REPLICATING_WITHIN = Duration.ofSeconds(60);

  private final ClusterDirectory directory;
  private final ChildProcesses children;
  private final List<MysqlServer> servers;
  private final Thread hook;
  private boolean closed;

  private MysqlCluster(
      ClusterDirectory directory, ChildProcesses children, List<MysqlServer> servers) {
    this.directory = directory;
    this.children = children;
    this.servers = List.copyOf(servers);
    this.hook = new Thread(this::killAndDelete, "mysql-cluster-end");
  }

  /** A cluster with ephemeral ports and no replica, until told otherwise. */
  public static Builder of(ServerPrograms programs) {
    return new Builder(programs);
  }

  /** The server that began as the primary; a promotion does not change which one that is. */
  public MysqlServer primary() {
    return servers.get(0);
  }

  /** The servers that began as replicas, in the order of their ports. */
  public List<MysqlServer> replicas() {
    return servers.subList(1, servers.size());
  }

  /** The primary and the replicas, in this order. */
  public List<MysqlServer> servers() {
    return servers;
  }

  /** The name of the superuser. */
  public String superuser() {
    return primary().superuser().name();
  }

  /** The password of the superuser. */
  public String password() {
    return primary().superuser().password();
  }

  /**
   * Waits until every running replica has replayed what the primary has written up to now.
   *
   * @throws MysqlException when one has not within {@code limit}
   */
  public void awaitReplay(Duration limit) {
    awaitReplay(primary(), limit);
  }

  /** The same for another server that is the primary now. */
  public void awaitReplay(MysqlServer writer, Duration limit) {
    String position = writer.position();
    for (MysqlServer replica : servers) {
      if (replica != writer && replica.isRunning() && !replica.reaches(position, limit)) {
        throw new MysqlException(
            "%s has not replayed up to %s within %s".formatted(replica, position, limit));
      }
    }
  }

  /** Ends every process at once and deletes the data. May be called again. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook does the same, one of the two finds nothing left to do.
    }
    killAndDelete();
  }

  private synchronized void killAndDelete() {
    if (closed) {
      return;
    }
    closed = true;
    servers.forEach(MysqlServer::kill);
    children.close();
    directory.close();
  }

  /** Describes a cluster. Each method returns this builder. */
  public static final class Builder {
    private final ServerPrograms programs;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> statements = new ArrayList<>();
    private List<Integer> ports = List.of();
    private int replicas;
    private boolean tls;

    private Builder(ServerPrograms programs) {
      this.programs = programs;
      options.put("bind-address", HOST);
      options.put("skip-name-resolve", "ON");
      options.put("log-bin", "binlog");
      options.put("binlog-format", "ROW");
      options.put("character-set-server", "utf8mb4");
      options.put("max-allowed-packet", "64M");
      options.put("performance-schema", "OFF");
      options.put("innodb-buffer-pool-size", "32M");
      // The kernel has so many requests for all of a machine; some dozen servers use them up.
      options.put("innodb-use-native-aio", "OFF");
      // The data outlives a kill of the server, not one of the machine.
      options.put("innodb-flush-log-at-trx-commit", "2");
      options.put("innodb-doublewrite", "OFF");
      options.put("sync-binlog", "0");
    }

    /** Fixed ports, the replicas' after the primary's; this also sets the number of replicas. */
    public Builder ports(int primary, int... replicaPorts) {
      ports = new ArrayList<>();
      ports.add(primary);
      for (int port : replicaPorts) {
        ports.add(port);
      }
      replicas = replicaPorts.length;
      return this;
    }

    /** How many replicas, 0 to 8. Default 0. Not together with {@link #ports}. */
    public Builder replicas(int count) {
      if (count < 0 || count > 8) {
        throw new IllegalArgumentException("replicas must be 0 to 8, got " + count);
      }
      replicas = count;
      return this;
    }

    /** An option of all servers without its dashes, over the defaults chosen here. */
    public Builder option(String name, String value) {
      options.put(name, value);
      return this;
    }

    /** Turns TLS on with PEM files. */
    public Builder tls(Path certificate, Path key, Path authority) {
      tls = true;
      return option("ssl-cert", certificate.toString())
          .option("ssl-key", key.toString())
          .option("ssl-ca", authority.toString());
    }

    /**
     * Statements that each server carries out at each of its starts before it takes connections,
     * without writing them to its log: they must bear to be repeated, and have no line end.
     */
    public Builder atStart(String... sql) {
      statements.addAll(List.of(sql));
      return this;
    }

    /**
     * Starts all servers and waits until they accept connections and the replicas follow.
     *
     * @throws ServerException when that fails; nothing is left behind then
     */
    public MysqlCluster start() {
      if (!ports.isEmpty() && ports.size() != replicas + 1) {
        throw new IllegalArgumentException(
            "%d ports for 1 primary and %d replicas".formatted(ports.size(), replicas));
      }
      for (int attempt = 1; ; attempt++) {
        try {
          return startOnce();
        } catch (ServerException e) {
          // Between choosing a free port and using it, somebody else may have taken it.
          boolean taken = e.getMessage().contains("Address already in use");
          if (!taken || !ports.isEmpty() || attempt == ATTEMPTS_ON_EPHEMERAL_PORTS) {
            throw e;
          }
        }
      }
    }

    private MysqlCluster startOnce() {
      Superuser superuser = new Superuser("superuser", randomPassword());
      List<Integer> chosen = ports.isEmpty() ? freePorts(replicas + 1) : ports;
      ClusterDirectory home = ClusterDirectory.temporary("mysql", false);
      ChildProcesses children = new ChildProcesses(ServerAccount.own("KILL"));
      List<MysqlServer> servers = new ArrayList<>();
      for (int i = 0; i < chosen.size(); i++) {
        String name = i == 0 ? "primary" : "replica" + i;
        servers.add(
            new MysqlServer(
                name,
                chosen.get(i),
                home.path().resolve(name),
                programs,
                children,
                superuser,
                optionsOf(i + 1, home.path(), temporary(home.path(), name))));
      }
      MysqlCluster cluster = new MysqlCluster(home, children, servers);
      Runtime.getRuntime().addShutdownHook(cluster.hook);
      try {
        Files.write(home.path().resolve("start.sql"), statementsAtStart(superuser));
        Path template = template(children);
        for (MysqlServer server : servers) {
          Directories.copy(template, server.dataDirectory());
          Files.createDirectories(temporary(home.path(), server.name()));
          // Replicas that call themselves alike are not served.
          Files.deleteIfExists(server.dataDirectory().resolve("auto.cnf"));
        }
        cluster.replicas().forEach(MysqlServer::beginAsReplica);
        servers.forEach(MysqlServer::launch);
        servers.forEach(MysqlServer::awaitReady);
        cluster.replicas().forEach(replica -> replica.follow(cluster.primary()));
        cluster.awaitReplay(REPLICATING_WITHIN);
        return cluster;
      } catch (RuntimeException e) {
        cluster.close();
        throw e;
      } catch (IOException e) {
        cluster.close();
        throw new MysqlException("cannot prepare " + home.path() + ": " + e.getMessage(), e);
      }
    }

    /** Each server deletes what others have left of temporary tables, or have there now. */
    private static Path temporary(Path home, String name) {
      return home.resolve(name + "-tmp");
    }

    private List<String> optionsOf(int number, Path home, Path temporary) {
      List<String> all = new ArrayList<>(programs.flavour().options());
      options.forEach((name, value) -> all.add("--" + name + "=" + value));
      if (!tls) {
        all.addAll(programs.flavour().withoutTls());
      }
      all.add("--server-id=" + number);
      all.add("--tmpdir=" + temporary);
      all.add("--init-file=" + home.resolve("start.sql"));
      return all;
    }

    /** One to a line, as the servers read them. */
    private List<String> statementsAtStart(Superuser superuser) {
      List<String> all = new ArrayList<>();
      // Or each server would begin with transactions of its own, and none could follow another.
      all.add("SET SESSION sql_log_bin = 0");
      all.addAll(programs.flavour().withoutPassword());
      all.add(
          "CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY '%s'"
              .formatted(superuser.name(), superuser.password()));
      all.add("GRANT ALL ON *.* TO %s@'%%' WITH GRANT OPTION".formatted(superuser.name()));
      all.addAll(statements);
      return all.stream().map(sql -> sql + ";").toList();
    }

    /** A data directory that no server has touched, made once and kept. */
    private Path template(ChildProcesses children) throws IOException {
      Path template = UnpackedPrograms.defaultCache().resolve(programs.mark() + "-data");
      if (!Files.exists(template.resolve("data/mysql"))) {
        UnpackedPrograms.keep(template, "data/mysql", folder -> initialise(folder, children));
      }
      return template.resolve("data");
    }

    private void initialise(Path folder, ChildProcesses children) throws IOException {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      Path log = folder.resolve("log");
      Process process = children.start(programs.initialise(folder.resolve("data")), log);
      try {
        if (!process.waitFor(INITIALISED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new MysqlException("no data directory within " + INITIALISED_WITHIN);
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new MysqlException("interrupted while a data directory was made", e);
      }
      if (process.exitValue() != 0) {
        throw new MysqlException(
            "making a data directory ended with code %d:%n%s"
                .formatted(process.exitValue(), Files.readString(log)));
      }
    }

    private static List<Integer> freePorts(int count) {
      List<ServerSocket> held = new ArrayList<>();
      try {
        for (int i = 0; i < count; i++) {
          held.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
        }
        List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : held) {
          socket.close();
        }
        return ports;
      } catch (IOException e) {
        throw new MysqlException("no free port on " + HOST + ": " + e.getMessage(), e);
      }
    }

    private static String randomPassword() {
      byte[] bytes = new byte[16];
      new SecureRandom().nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    }
  }
}
