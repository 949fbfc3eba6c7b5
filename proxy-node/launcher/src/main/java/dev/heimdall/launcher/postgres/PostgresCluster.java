package dev.heimdall.launcher.postgres;

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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A PostgreSQL primary with streaming replicas, each an ordinary process on the loopback address,
 * from binaries on the class path. Needs no installed PostgreSQL and works under root too.
 *
 * <pre>{@code
 * try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start()) {
 *   cluster.primary().execute("CREATE ROLE shop LOGIN PASSWORD 'shop'");
 *   cluster.awaitReplay(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Log-ins over TCP need a password (scram-sha-256); there are no Unix sockets. Closing the
 * cluster, or the end of the JVM, ends every process and deletes the data; on Linux the processes
 * end even when the JVM is killed.
 */
public final class PostgresCluster extends EmbeddedCluster<PostgresServer> {
  /**
   * Recorded by initdb in the control file. A replica does not start with less than is recorded
   * there, so initdb has to know already.
   */
  private static final List<String> CHECKED_BY_REPLICAS =
      List.of(
          "max_connections",
          "max_worker_processes",
          "max_wal_senders",
          "max_prepared_transactions",
          "max_locks_per_transaction",
          "wal_level");

  private static final Duration INITIALISED_WITHIN = Duration.ofSeconds(60);

  private PostgresCluster(
      ClusterDirectory directory, ChildProcesses children, List<PostgresServer> servers) {
    super(directory, children, servers);
  }

  /** A cluster with ephemeral ports, no replica and settings for tests, until told otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Waits until every running replica has replayed what the primary has written up to now.
   *
   * @throws ServerException when one has not within {@code limit}
   */
  public void awaitReplay(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    // What was flushed may end amid a record, and its rest be sent much later: one that is whole.
    String position =
        primary()
            .queryValue("postgres", "SELECT pg_logical_emit_message(false, 'replay', '', true)");
    String question =
        "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= '" + position + "'";
    for (PostgresServer replica : replicas()) {
      while (replica.isRunning() && !"t".equals(replica.queryValue("postgres", question))) {
        if (System.nanoTime() > deadline) {
          throw new ServerException(
              "%s has not replayed up to %s within %s".formatted(replica, position, limit));
        }
        sleepShortly();
      }
    }
  }

  /** Without checkpoints. */
  @Override
  protected void endProcesses() {
    try {
      servers().forEach(server -> server.askToStop(StopMode.IMMEDIATE));
      servers().forEach(server -> server.stop(StopMode.IMMEDIATE));
    } catch (ServerException e) {
      servers().forEach(PostgresServer::kill);
    }
    servers().forEach(PostgresServer::removeGuardOfKilled);
  }

  private static void sleepShortly() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while waiting for a replica", e);
    }
  }

  /** Describes a cluster. Each method returns this builder. */
  public static final class Builder extends ClusterBuilder<Builder, PostgresCluster> {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> hba = new ArrayList<>();
    private boolean fsync;
    private Path directory;
    private Path cache;
    private Superuser superuser;
    private ServerFiles.Tls tls;
    private Consumer<String> progress = step -> {};

    private Builder() {
      settings.put("listen_addresses", EmbeddedServer.HOST);
      settings.put("unix_socket_directories", "");
      settings.put("max_connections", "100");
      settings.put("shared_buffers", "64MB");
      // Files in the data directory: they go with it, also after a kill.
      settings.put("dynamic_shared_memory_type", "mmap");
      settings.put("password_encryption", "scram-sha-256");
      settings.put("wal_level", "replica");
      settings.put("max_wal_senders", "10");
      // Instead of slots: a replica may be away for a while, and one that never returns costs
      // nothing.
      settings.put("wal_keep_size", "128MB");
      settings.put("max_wal_size", "256MB");
      settings.put("hot_standby", "on");
      settings.put("wal_retrieve_retry_interval", "100ms");
      settings.put("wal_receiver_status_interval", "1s");
      settings.put("timezone", "UTC");
      settings.put("log_timezone", "UTC");
      settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** A setting of {@code postgresql.conf} for all servers, over the defaults chosen here. */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /**
     * Lines for {@code pg_hba.conf}. They come after the one that lets the superuser in, and before
     * the default, which lets everybody in from the loopback address with scram-sha-256.
     */
    public Builder hba(String... lines) {
      hba.addAll(List.of(lines));
      return this;
    }

    /** Turns TLS on with PEM files, which are copied: their permissions do not matter. */
    public Builder tls(Path certificate, Path key) {
      tls = new ServerFiles.Tls(certificate, key, null);
      return this;
    }

    /**
     * Turns TLS on with PEM files, and client certificates are verified against {@code authority}.
     */
    public Builder tls(Path certificate, Path key, Path authority) {
      tls = new ServerFiles.Tls(certificate, key, authority);
      return this;
    }

    /**
     * True if writes are forced to the disk. Default false: the data does not outlive the cluster.
     */
    public Builder fsync(boolean on) {
      fsync = on;
      return this;
    }

    /**
     * A directory to create for data and logs, absent or empty. Default a temporary one, in memory
     * when there is room for it and {@code fsync} is off.
     */
    public Builder dataDirectory(Path path) {
      directory = path;
      return this;
    }

    /** Directory in which the binaries are unpacked and kept. Default {@code ~/.cache/heimdall}. */
    public Builder cacheDirectory(Path path) {
      cache = path;
      return this;
    }

    /** Listener for steps that take more than a moment. Default: none. */
    public Builder progress(Consumer<String> listener) {
      progress = listener;
      return this;
    }

    /** The superuser. Default {@code postgres} with a random password. */
    public Builder superuser(String name, String password) {
      superuser = new Superuser(name, password);
      return this;
    }

    @Override
    protected PostgresCluster startOnce() {
      ServerAccount account = ServerAccount.notRoot(StopMode.IMMEDIATE.signal());
      PostgresBinaries binaries = PostgresBinaries.unpackedIn(cacheFor(account), progress);
      ClusterTemplate template = ClusterTemplate.in(cacheFor(account), binaries, initdbArguments());
      Superuser owner =
          superuser != null ? superuser : new Superuser("postgres", password(template));
      ClusterDirectory home =
          directory == null
              ? ClusterDirectory.temporary("postgres", !fsync)
              : ClusterDirectory.at(directory);
      ChildProcesses children = new ChildProcesses(account);
      PostgresCluster cluster =
          new PostgresCluster(
              home,
              children,
              places(home.path()).stream()
                  .map(place -> new PostgresServer(place, binaries, children, owner))
                  .toList());
      prepare(
          cluster,
          () -> {
            createData(cluster, binaries, account, template);
            cluster.primary().start();
            cluster.replicas().forEach(PostgresServer::launch);
            cluster.replicas().forEach(PostgresServer::awaitReady);
            awaitStreaming(cluster);
          });
      return cluster;
    }

    /** The template's, if there is one. */
    private static String password(ClusterTemplate template) {
      try {
        return template.password().orElseGet(Builder::randomPassword);
      } catch (IOException e) {
        throw new ServerException("cannot read " + template.path() + ": " + e.getMessage(), e);
      }
    }

    /**
     * A copy of the template, or one initdb; a replica begins as a copy of a directory that no
     * server has touched yet.
     */
    private void createData(
        PostgresCluster cluster,
        PostgresBinaries binaries,
        ServerAccount account,
        ClusterTemplate template)
        throws IOException {
      Path root = cluster.directory();
      Path primary = cluster.primary().dataDirectory();
      if (template.password().filter(cluster.password()::equals).isPresent()) {
        template.copyTo(primary);
      } else {
        initdb(cluster, binaries, account);
        if (superuser == null) {
          template.keep(primary, cluster.password());
        }
      }
      files().writeInto(primary);
      try {
        // A thousand small files each: worth a processor for each replica.
        cluster.replicas().parallelStream().forEach(replica -> copyPrimary(cluster, replica));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      account.adopt(root);
    }

    private static void copyPrimary(PostgresCluster cluster, PostgresServer replica) {
      PostgresServer primary = cluster.primary();
      try {
        Directories.copy(primary.dataDirectory(), replica.dataDirectory());
        ServerFiles.writeStandby(
            replica.dataDirectory(), replica.name(), primary.port(), cluster.owner());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Arguments on which it depends besides the superuser's password and the place. */
    private List<String> initdbArguments() {
      List<String> arguments = new ArrayList<>();
      arguments.add("--username=" + (superuser != null ? superuser.name() : "postgres"));
      arguments.add("--auth=scram-sha-256");
      arguments.add("--encoding=UTF8");
      arguments.add("--locale-provider=builtin");
      arguments.add("--builtin-locale=C.UTF-8");
      arguments.add("--locale=C");
      arguments.add("--no-sync");
      arguments.add("--no-instructions");
      for (String name : CHECKED_BY_REPLICAS) {
        if (settings.containsKey(name)) {
          arguments.add("--set=" + name + "=" + settings.get(name));
        }
      }
      return arguments;
    }

    private void initdb(PostgresCluster cluster, PostgresBinaries binaries, ServerAccount account)
        throws IOException {
      Path root = cluster.directory();
      Path log = root.resolve("initdb.log");
      Path passwordFile = root.resolve("password");
      Files.createFile(
          passwordFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(passwordFile, cluster.password(), StandardOpenOption.WRITE);
      account.adopt(root);
      List<String> command = new ArrayList<>();
      command.add(binaries.program("initdb"));
      command.add("--pgdata=" + cluster.primary().dataDirectory());
      command.add("--pwfile=" + passwordFile);
      command.addAll(initdbArguments());
      cluster.children().run("initdb", command, log, INITIALISED_WITHIN);
      Files.delete(passwordFile);
    }

    private ServerFiles files() {
      Map<String, String> all = new LinkedHashMap<>(settings);
      if (!fsync) {
        all.putIfAbsent("fsync", "off");
        all.putIfAbsent("full_page_writes", "off");
      }
      String name = superuser != null ? superuser.name() : "postgres";
      List<String> access = new ArrayList<>();
      access.add(
          "host all,replication \"%s\" %s/32 scram-sha-256".formatted(name, EmbeddedServer.HOST));
      access.addAll(hba);
      access.add("host all all %s/32 scram-sha-256".formatted(EmbeddedServer.HOST));
      access.add("host all all ::1/128 scram-sha-256");
      access.add("local all all scram-sha-256");
      return new ServerFiles(all, access, tls);
    }

    private static void awaitStreaming(PostgresCluster cluster) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      String wanted = Integer.toString(cluster.replicas().size());
      String question = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
      while (!wanted.equals(cluster.primary().queryValue("postgres", question))) {
        if (System.nanoTime() > deadline) {
          throw new ServerException(
              "the replicas do not stream from %s after 30 s".formatted(cluster.primary()));
        }
        sleepShortly();
      }
    }

    private Path cacheFor(ServerAccount account) {
      if (cache != null) {
        return cache.toAbsolutePath();
      }
      // Another account cannot enter root's home.
      return account.isForeign()
          ? Path.of("/var/tmp/heimdall-cache")
          : UnpackedPrograms.defaultCache();
    }
  }
}
