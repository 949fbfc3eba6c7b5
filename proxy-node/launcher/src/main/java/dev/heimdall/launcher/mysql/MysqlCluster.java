package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ChildProcesses;
import dev.heimdall.launcher.embedded.ClusterBuilder;
import dev.heimdall.launcher.embedded.ClusterDirectory;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.embedded.EmbeddedCluster;
import dev.heimdall.launcher.embedded.EmbeddedServer;
import dev.heimdall.launcher.embedded.ServerAccount;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.Superuser;
import dev.heimdall.launcher.embedded.UnpackedPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
public final class MysqlCluster extends EmbeddedCluster<MysqlServer> {
  private static final Duration INITIALISED_WITHIN = Duration.ofMinutes(2);
  private static final Duration REPLICATING_WITHIN = Duration.ofSeconds(60);

  private MysqlCluster(
      ClusterDirectory directory, ChildProcesses children, List<MysqlServer> servers) {
    super(directory, children, servers);
  }

  /** A cluster with ephemeral ports and no replica, until told otherwise. */
  public static Builder of(ServerPrograms programs) {
    return new Builder(programs);
  }

  /**
   * Waits until every running replica has replayed what the primary has written up to now.
   *
   * @throws ServerException when one has not within {@code limit}
   */
  public void awaitReplay(Duration limit) {
    awaitReplay(primary(), limit);
  }

  /**
   * Waits until every running replica has replayed what another server, the primary now, has
   * written up to now.
   */
  public void awaitReplay(MysqlServer writer, Duration limit) {
    String position = writer.position();
    for (MysqlServer replica : servers()) {
      if (replica != writer && replica.isRunning() && !replica.reaches(position, limit)) {
        throw new ServerException(
            "%s has not replayed up to %s within %s".formatted(replica, position, limit));
      }
    }
  }

  @Override
  protected void endProcesses() {
    servers().forEach(MysqlServer::kill);
  }

  /** Describes a cluster. Each method returns this builder. */
  public static final class Builder extends ClusterBuilder<Builder, MysqlCluster> {
    private final ServerPrograms programs;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> statements = new ArrayList<>();
    private boolean tls;

    private Builder(ServerPrograms programs) {
      this.programs = programs;
      options.put("bind-address", EmbeddedServer.HOST);
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

    @Override
    protected Builder self() {
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

    @Override
    protected MysqlCluster startOnce() {
      Superuser superuser = new Superuser("superuser", randomPassword());
      ClusterDirectory home = ClusterDirectory.temporary("mysql", false);
      Path root = home.path();
      ChildProcesses children = new ChildProcesses(ServerAccount.own("KILL"));
      List<MysqlServer> servers = new ArrayList<>();
      for (EmbeddedServer.Place place : places(root)) {
        List<String> all = optionsOf(servers.size() + 1, root);
        servers.add(new MysqlServer(place, programs, children, superuser, all));
      }
      MysqlCluster cluster = new MysqlCluster(home, children, servers);
      prepare(
          cluster,
          () -> {
            Files.write(root.resolve("start.sql"), statementsAtStart(superuser));
            Path template = template(children);
            for (MysqlServer server : servers) {
              Directories.copy(template, server.dataDirectory());
              // Replicas that call themselves alike are not served.
              Files.deleteIfExists(server.dataDirectory().resolve("auto.cnf"));
            }
            cluster.replicas().forEach(MysqlServer::beginAsReplica);
            servers.forEach(MysqlServer::launch);
            servers.forEach(MysqlServer::awaitReady);
            cluster.replicas().forEach(replica -> replica.follow(cluster.primary()));
            cluster.awaitReplay(REPLICATING_WITHIN);
          });
      return cluster;
    }

    private List<String> optionsOf(int number, Path home) {
      List<String> all = new ArrayList<>(programs.flavour().options());
      options.forEach((name, value) -> all.add("--" + name + "=" + value));
      if (!tls) {
        all.addAll(programs.flavour().withoutTls());
      }
      all.add("--server-id=" + number);
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
      children.run(
          "making a data directory",
          programs.initialise(folder.resolve("data")),
          folder.resolve("log"),
          INITIALISED_WITHIN);
    }
  }
}
