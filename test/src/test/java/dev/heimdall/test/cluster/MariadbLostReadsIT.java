package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on MariaDB, and that no write among reads is carried out twice. */
@Tag("long")
class MariadbLostReadsIT extends LostReadsContract {
  private static final String READ = "SELECT i, v AS marked_answer FROM lost_reads ORDER BY i";

  private TcpFaults network;
  private MysqlNode node;

  @BeforeAll
  void start() throws IOException {
    MysqlCluster cluster = MysqlRelease.MARIADB.shared();
    cluster
        .primary()
        .executeIn(
            "app",
            "DROP TABLE IF EXISTS lost_reads",
            "CREATE TABLE lost_reads (i int, v varchar(20))",
            "INSERT INTO lost_reads VALUES (1, 'value 1'), (2, 'value 2'), (3, 'value 3')");
    network = new TcpFaults(cluster.primary().host(), cluster.primary().port());
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.source("url", "jdbc:mysql://127.0.0.1:" + network.port() + "/app")
                    .cluster(cluster)
                    .source("cluster.probe.discover", false)
                    .catalog(cluster)
                    .vdb("pool.size", 4)
                    .user("app", "admin", true));
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      Await.until(
          "the catalogue was read",
          () -> {
            client.value("SELECT v FROM lost_reads");
            return "tables".equals(client.queryInfo().get("rests on"));
          });
    }
  }

  @AfterAll
  void end() throws IOException {
    node.close();
    network.close();
  }

  @Override
  Stream<String> ways() {
    return Stream.of("text", "two in a text", "prepared", "prepared each time", "with a parameter");
  }

  @Override
  TcpFaults network() {
    return network;
  }

  @Override
  Reading reading(String way) throws IOException {
    return new Asking(way, RawMysqlClient.logIn(node.target()));
  }

  private static final class Asking implements Reading {
    private final String way;
    private final RawMysqlClient client;
    private int known;

    Asking(String way, RawMysqlClient client) throws IOException {
      this.way = way;
      this.client = client;
      this.known = way.equals("prepared") ? client.prepare(READ) : 0;
      if (way.equals("with a parameter")) {
        known = client.prepare("SELECT v AS marked_answer, ? FROM lost_reads ORDER BY i");
      }
    }

    @Override
    public ReadAnswer read(int number) throws IOException {
      int each = way.equals("prepared each time") ? client.prepare(READ + " LIMIT 3") : known;
      client.send(
          switch (way) {
            case "text" -> RawMysqlClient.query(READ);
            case "two in a text" ->
                RawMysqlClient.query(READ + "; SELECT max(i), min(i) FROM lost_reads");
            case "with a parameter" -> RawMysqlClient.execute(known, "a text");
            default ->
                RawMysqlClient.ofStatement(Command.STMT_EXECUTE, each, new byte[] {0, 1, 0, 0, 0});
          });
      ReadAnswer told = told(client, way.startsWith("two") ? 2 : 1);
      if (way.equals("prepared each time")) {
        client.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, each));
      }
      return told;
    }

    /** The packets of so many results with rows. */
    static ReadAnswer told(RawMysqlClient client, int results) throws IOException {
      StringBuilder words = new StringBuilder();
      int bytes = 0;
      int left = results;
      boolean rows = false;
      while (left > 0) {
        byte[] packet = client.receive();
        int first = packet[0] & 0xFF;
        bytes += 4 + packet.length;
        words.append(new String(packet, StandardCharsets.ISO_8859_1)).append('\n');
        if (first == 0xFF) {
          return new ReadAnswer(RawMysqlClient.error(packet), bytes);
        }
        left -= rows && first == 0xFE ? 1 : 0;
        rows = true;
      }
      return new ReadAnswer(words.toString(), bytes);
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /** What a client is told of a write that it sends among reads. */
  @ParameterizedTest
  @ValueSource(strings = {"behind a read", "in a text of reads"})
  void aWriteAmongReadsThatWereSentAheadIsCarriedOutOnceAtMost(String place) throws IOException {
    String read = "SELECT v AS marked_answer FROM lost_reads WHERE i < 4 ORDER BY i";
    int answer; // behind it, the write may be on its way
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      Await.until("the catalogue was read", () -> knowsTables(client));
      client.send(RawMysqlClient.query(read));
      answer = Asking.told(client, 1).bytes();
    }
    int refused = 0;
    for (int passed = 0; passed < answer; passed += STEP) {
      int value = (place.startsWith("in") ? 10_000 : 1000) + passed;
      String insert = "INSERT INTO lost_reads VALUES (" + value + ", 'more')";
      boolean told = false;
      network.cutOnce(MARK, passed);
      try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
        if (place.startsWith("in")) {
          client.send(RawMysqlClient.query(read + "; " + insert), RawMysqlClient.query(read));
        } else {
          client.send(RawMysqlClient.query(read), RawMysqlClient.query(insert));
          assertThat(client.rows()).as("the read before it, cut behind %d", passed).hasSize(3);
        }
        client.rows();
        told = true;
      } catch (RawMysqlClient.ErrorReceived | EOFException e) {
        refused++;
      }
      assertThat(network.cutDone()).isTrue();
      String count =
          MysqlRelease.MARIADB
              .shared()
              .primary()
              .queryValue("app", "SELECT count(*) FROM lost_reads WHERE i = " + value);
      assertThat(count).as("cut behind %d", passed).isIn(told ? List.of("1") : List.of("0", "1"));
    }
    assertThat(refused > 0).isEqualTo(place.startsWith("in"));
  }

  /** Else no read of any client is sent again until the catalogue was read anew. */
  @Test
  void aTextOfSeveralReadsLeavesInForceWhatIsKnownOfTables() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      Await.until("the catalogue was read", () -> knowsTables(client));
      for (int round = 0; round < 20; round++) {
        client.query(RawMysqlClient.query("SELECT max(i) FROM lost_reads; " + READ));
        assertThat(knowsTables(client)).as("behind the text, round %d", round).isTrue();
      }
    }
  }

  /** Whether the next read would be known to be no more than that. */
  private static boolean knowsTables(RawMysqlClient client) throws IOException {
    client.value("SELECT v FROM lost_reads");
    Map<String, String> info = client.queryInfo();
    return "tables".equals(info.get("rests on")) && "confirmed".equals(info.get("catalog now"));
  }

  @Test
  void aSessionGoesOnWhoseConnectionIsLostWhileTheNodeAsksThereForItself() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      network.cutOnce("@@last_insert_id".getBytes(StandardCharsets.US_ASCII), 0);
      client.query(RawMysqlClient.query(READ + "; " + READ));
      Await.until("it was cut off", network::cutDone);
      assertThat(client.value("SELECT count(*) FROM lost_reads WHERE i < 4")).isEqualTo("3");
    }
  }

  /** Nobody knows what it was: an id that was given to an INSERT is in its answer, too. */
  @Test
  void anIdThatWasLostWithItsConnectionIsNotTakenForTheOneBefore() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      client.query(
          RawMysqlClient.query("CREATE TABLE lost_ids (i int AUTO_INCREMENT PRIMARY KEY)"));
      client.query(RawMysqlClient.query("INSERT INTO lost_ids VALUES ()"));
      assertThat(client.value("SELECT LAST_INSERT_ID()")).isEqualTo("1");
      network.cutOnce("@@last_insert_id".getBytes(StandardCharsets.US_ASCII), 0);
      client.query(RawMysqlClient.query("INSERT INTO lost_ids VALUES ()"));
      Await.until("it was cut off", network::cutDone);
      assertThatThrownBy(() -> client.value("SELECT LAST_INSERT_ID()"))
          .isInstanceOf(RawMysqlClient.ErrorReceived.class)
          .hasMessageContaining("1105 HY000 LAST_INSERT_ID() is not known");
      assertThat(client.value("SELECT max(i) FROM lost_ids")).isEqualTo("2");
      client.query(RawMysqlClient.query("INSERT INTO lost_ids VALUES ()"));
      assertThat(client.value("SELECT LAST_INSERT_ID()")).isEqualTo("3");
      client.query(RawMysqlClient.query("DROP TABLE lost_ids"));
    }
  }

  @Test
  void aSessionThatDependsOnItsConnectionEndsWithIt() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      client.value("SELECT GET_LOCK('lost_reads', 1)");
      network.cutOnce(MARK, 0);
      client.send(RawMysqlClient.query(READ));
      assertThat(client.untilClosed()).singleElement().asString().matches("[0-9]+ .+");
    }
  }
}
