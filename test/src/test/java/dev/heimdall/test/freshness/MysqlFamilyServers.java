package dev.heimdall.test.freshness;

import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Both replicas follow the primary, which acknowledges no commit before one of them has it
 * (semi-synchronous, {@code AFTER_SYNC}). They are told to be a second late, because no shorter
 * time can be had.
 */
public final class MysqlFamilyServers implements Servers {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final MysqlRelease release;
  private final MysqlCluster cluster;
  private volatile MysqlServer writer;

  public MysqlFamilyServers(MysqlRelease release) {
    this.release = release;
    MysqlCluster.Builder builder =
        release.cluster().replicas(2).option("log-bin-trust-function-creators", "ON");
    if (release.flavour() == Flavour.MYSQL) {
      builder
          .option("plugin-load-add", "semisync_source.so;semisync_replica.so")
          .option("rpl-semi-sync-source-enabled", "ON")
          .option("rpl-semi-sync-replica-enabled", "ON")
          .option("rpl-semi-sync-source-timeout", "3600000")
          .option("rpl-semi-sync-source-wait-no-replica", "OFF");
    } else {
      builder
          .option("rpl-semi-sync-master-enabled", "ON")
          .option("rpl-semi-sync-slave-enabled", "ON")
          .option("rpl-semi-sync-master-wait-point", "AFTER_SYNC")
          .option("rpl-semi-sync-master-timeout", "3600000")
          .option("rpl-semi-sync-master-wait-no-slave", "OFF");
    }
    cluster = builder.start();
    writer = cluster.primary();
  }

  @Override
  public void create(List<String> schema) {
    writer.executeIn(
        MysqlRelease.DATABASE, "CREATE TABLE commits (n int)", "INSERT INTO commits VALUES (0)");
    writer.executeIn(MysqlRelease.DATABASE, schema.toArray(String[]::new));
    cluster.awaitReplay(PATIENCE);
  }

  @Override
  public List<String> routines() {
    return List.of(
        """
        CREATE PROCEDURE raise_any_counter(IN name text) BEGIN
          SET @raise = concat('UPDATE ', name, ' SET v = last_insert_id(v + 1)');
          PREPARE raising FROM @raise; EXECUTE raising; DEALLOCATE PREPARE raising;
          SELECT last_insert_id();
        END\
        """,
        """
        CREATE FUNCTION raise_known_counter() RETURNS bigint BEGIN
          UPDATE %1$s SET v = v + 1; RETURN (SELECT v FROM %1$s);
        END\
        """
            .formatted(Fleet.WITH_FUNCTION),
        """
        CREATE FUNCTION read_known_counter() RETURNS bigint READS SQL DATA BEGIN
          RETURN (SELECT v FROM %s);
        END\
        """
            .formatted(Fleet.WITH_FUNCTION),
        """
        CREATE TRIGGER copies AFTER UPDATE ON %s FOR EACH ROW BEGIN
          UPDATE %s SET v = NEW.v;
        END\
        """
            .formatted(Fleet.WITH_TRIGGER, Fleet.WRITTEN_BY_TRIGGER));
  }

  @Override
  public RunningNode node(Consumer<TestConfiguration> wishes) {
    return MysqlNode.start(
        cluster,
        c -> {
          c.cluster(cluster);
          c.catalog(cluster);
          wishes.accept(c);
        });
  }

  @Override
  public ClientOfNode client(RunningNode node, boolean simple) throws SQLException {
    return new MysqlClient(node.connect("useServerPrepStmts", String.valueOf(!simple)), simple);
  }

  @Override
  public Connection toWriter() throws SQLException {
    return writer.connect(MysqlRelease.DATABASE);
  }

  private MysqlServer replica(int number) {
    return cluster.replicas().get(number);
  }

  /** {@code STOP REPLICA SQL_THREAD}, for instance, as the release calls it. */
  private String replication(String verb, String threads) {
    String noun = release.flavour() == Flavour.MYSQL ? "REPLICA" : "SLAVE";
    return (verb + " " + noun + " " + threads).strip();
  }

  @Override
  public void delay(int replica, boolean on) {
    String delay =
        release.flavour() == Flavour.MYSQL
            ? "CHANGE REPLICATION SOURCE TO SOURCE_DELAY = "
            : "CHANGE MASTER TO MASTER_DELAY = ";
    replica(replica)
        .execute(replication("STOP", ""), delay + (on ? 1 : 0), replication("START", ""));
  }

  @Override
  public void pause(int replica) {
    replica(replica).execute(replication("STOP", "SQL_THREAD"));
  }

  @Override
  public void resume(int replica) {
    replica(replica).execute(replication("START", "SQL_THREAD"));
  }

  @Override
  public void kill(int replica) {
    replica(replica).kill();
  }

  @Override
  public void start(int replica) {
    replica(replica).start();
  }

  @Override
  public int replicaInTransaction() {
    for (int i = 0; i < 2; i++) {
      if (!replica(i).isRunning()) {
        continue;
      }
      String open =
          replica(i)
              .queryValue(
                  "",
                  "SELECT count(*) FROM information_schema.innodb_trx t"
                      + " JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id"
                      + " WHERE p.user = '"
                      + MysqlRelease.USER
                      + "'");
      if (!"0".equals(open)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public List<Runnable> changesOfWriter() {
    return List.of(this::switchOver, this::failOver, this::failOver);
  }

  /** The planned way. */
  private void switchOver() {
    awaitReplicas();
    MysqlServer before = writer;
    MysqlServer next = others().get(0);
    before.execute("SET GLOBAL read_only = ON");
    if (!next.reaches(before.position(), PATIENCE)) {
      throw new IllegalStateException(next + " stays behind");
    }
    become(next);
  }

  /**
   * Who is left follows the next one before that takes writes: a MariaDB server does not let a
   * replica begin while commits wait for one.
   */
  private void become(MysqlServer next) {
    MysqlServer before = writer;
    List<MysqlServer> followers =
        cluster.servers().stream()
            .filter(one -> one.isRunning() && one != next && one != before)
            .toList();
    followers.forEach(one -> one.follow(next));
    followers.forEach(one -> awaitFollows(one, next));
    next.promote();
    writer = next;
    if (before.isRunning()) {
      before.follow(next);
    }
  }

  private void awaitFollows(MysqlServer one, MysqlServer next) {
    String role = release.flavour() == Flavour.MYSQL ? "source" : "master";
    Await.until(
        one + " follows " + next,
        PATIENCE,
        () -> !"0".equals(status(next, "rpl_semi_sync_" + role + "_clients")),
        next::toString);
  }

  /** Whoever has got most of what the killed one has acknowledged takes its place. */
  private void failOver() {
    awaitReplicas();
    writer.kill();
    List<MysqlServer> left = others();
    left.forEach(MysqlServer::finish);
    MysqlServer next =
        left.stream()
            .filter(one -> left.stream().allMatch(o -> one.reaches(o.position(), Duration.ZERO)))
            .findFirst()
            .orElseThrow();
    become(next);
  }

  private List<MysqlServer> others() {
    return cluster.servers().stream().filter(one -> one.isRunning() && one != writer).toList();
  }

  /** Waits until whoever is left has all, and is waited for by commits. */
  private void awaitReplicas() {
    String role = release.flavour() == Flavour.MYSQL ? "source" : "master";
    Await.until(
        "commits wait for a replica",
        PATIENCE,
        () -> {
          // It is found out by a commit that there is a replica again.
          writer.executeIn(MysqlRelease.DATABASE, "UPDATE commits SET n = n + 1");
          return "ON".equals(status(writer, "rpl_semi_sync_" + role + "_status"));
        },
        () -> writer.toString());
    cluster.awaitReplay(writer, PATIENCE);
  }

  private static String status(MysqlServer server, String variable) throws SQLException {
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW STATUS LIKE '" + variable + "'")) {
      return row.next() ? row.getString(2) : null;
    }
  }

  @Override
  public void close() {
    cluster.close();
  }

  private record MysqlClient(Connection connection, boolean simple) implements ClientOfNode {
    @Override
    public String[] ask(String sql) throws SQLException {
      if (simple) {
        try (Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(sql)) {
          return Fleet.firstRow(rows);
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(sql);
          ResultSet rows = statement.executeQuery()) {
        return Fleet.firstRow(rows);
      }
    }

    @Override
    public long raise(String counter, int way) throws SQLException {
      String sql = "UPDATE " + counter + " SET v = last_insert_id(v + 1)";
      try (PreparedStatement statement =
          connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
        statement.executeUpdate();
        try (ResultSet rows = statement.getGeneratedKeys()) {
          if (rows.next()) {
            return rows.getLong(1);
          }
        }
        // A server does not tell it with an update that has fired a trigger.
        return Long.parseLong(ask("SELECT last_insert_id()")[0]);
      }
    }

    @Override
    public String raisingAny(String counter) {
      return "CALL raise_any_counter('" + counter + "')";
    }

    @Override
    public String ofTheMoment() {
      return "@@port, rand()";
    }
  }
}
