package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statements that rules send to another data source: a replica, or another database. */
class ForwardIT {
  private static final String ELSEWHERE = "forward_elsewhere";
  private static final String WHERE = "SELECT inet_server_port() || ' ' || current_database()";
  private static TestNode node;
  private static String home;
  private static String replica;

  private static String forward(String match, String parameters) {
    return "{\"match\": \"%s\", \"action\": \"forward\", \"parameters\": {%s}}"
        .formatted(match, parameters);
  }

  @BeforeAll
  static void start() {
    SharedPostgres.createDatabase(ELSEWHERE);
    home = Integer.toString(SharedPostgres.primary().port());
    replica = Integer.toString(SharedPostgres.cluster().replicas().get(0).port());
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source(
                        "replica", "url", SharedPostgres.cluster().replicas().get(0).jdbcUrl("app"))
                    .source("replica", "user", "app")
                    .source("replica", "password", "app")
                    .source("replica", "tls.mode", "disable")
                    .source("elsewhere", "url", SharedPostgres.primary().jdbcUrl(ELSEWHERE))
                    .source("elsewhere", "user", "app")
                    .source("elsewhere", "password", "app")
                    .source("elsewhere", "tls.mode", "disable")
                    .vdb("pool.size", 2)
                    .vdb("ruleSources", List.of("replica", "elsewhere"))
                    .vdb("rules", List.of("where"))
                    .rules(
                        "where",
                        "{\"match\": \"kept_back\", \"action\": \"drop\"}",
                        forward("on_replica", "\"source\": \"replica\", \"readonly\": true"),
                        forward("own_catalog", "\"source\": \"elsewhere\""),
                        forward(
                            "other_catalog", "\"source\": \"elsewhere\", \"setcatalog\": false"),
                        forward("other_schema", "\"source\": \"replica\", \"setschema\": false")));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String where(RawClient client, String comment) throws IOException {
    String simple = client.value(WHERE + " /* " + comment + " */");
    assertThat(Replies.batch(client, WHERE + " /* " + comment + " */").value()).isEqualTo(simple);
    return simple;
  }

  @Test
  void theStatementGoesToTheOtherSourceAndTheNextOneDoesNot() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        assertThat(where(client, "here")).isEqualTo(home + " app");
        assertThat(where(client, "on_replica")).isEqualTo(replica + " app");
      }
    }
  }

  /** Batches of more than the node holds back, and where they are cut. */
  private enum Cut {
    IN_A_BIND_BEHIND_ITS_PARSE,
    IN_A_BIND_OF_A_PREPARED_STATEMENT,
    BEHIND_A_LONG_PARSE,
    IN_THE_NAMES_OF_A_BIND,
    IN_A_LONG_PARSE_BEHIND_OTHER_MESSAGES,
    BEHIND_SEVERAL_LONG_PARSES;

    private static final String LONG = "x".repeat(50_000);

    /** The part before the cut and the rest, without its Sync. */
    byte[][] parts(RawClient client, String sql) throws IOException {
      byte[] run = all(bind("", "cut", "v"), execute("", 0));
      byte[] longParse = parse("cut", sql + "/* " + LONG + " */");
      return switch (this) {
        case IN_A_BIND_BEHIND_ITS_PARSE ->
            cut(all(parse("cut", sql), bind("", "cut", LONG), execute("", 0)), 40_000);
        case IN_A_BIND_OF_A_PREPARED_STATEMENT -> {
          client.send(parse("cut", sql), sync());
          client.untilReady();
          yield cut(all(bind("", "cut", LONG), execute("", 0)), 40_000);
        }
        case BEHIND_A_LONG_PARSE -> new byte[][] {longParse, run};
        case IN_THE_NAMES_OF_A_BIND -> cut(all(longParse, run), longParse.length + 7);
        case IN_A_LONG_PARSE_BEHIND_OTHER_MESSAGES ->
            cut(all(closeStatement("cut"), longParse, run), 45_000);
        case BEHIND_SEVERAL_LONG_PARSES ->
            new byte[][] {all(parse("other", "SELECT 1 /* " + LONG + " */"), longParse), run};
      };
    }

    private static byte[][] cut(byte[] bytes, int at) {
      return new byte[][] {Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length)};
    }
  }

  private static Replies inPieces(Cut cut, String comment, boolean behindAnother)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      byte[][] parts = cut.parts(client, WHERE + " || left($1, 0) /* " + comment + " */");
      if (behindAnother) {
        client.send(query("SELECT 1 FROM pg_sleep(0.2)"), parts[0]);
      } else {
        client.send(parts[0]);
      }
      other.value("SELECT 1"); // the only loop has seen the first part by now
      client.send(parts[1], sync());
      if (behindAnother) {
        client.untilReady();
      }
      return new Replies(client.untilReady());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBatchInPiecesGoesWhereItsRuleSays(Cut cut) throws IOException {
    for (boolean behindAnother : new boolean[] {false, true}) {
      assertThat(inPieces(cut, "on_replica", behindAnother).value()).isEqualTo(replica + " app");
      assertThat(inPieces(cut, "here", behindAnother).value()).isEqualTo(home + " app");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBatchInPiecesIsKeptBackByItsRule(Cut cut) throws IOException {
    for (boolean behindAnother : new boolean[] {false, true}) {
      // What its Parse was refused for is not there to be bound.
      assertThat(inPieces(cut, "kept_back", behindAnother))
          .satisfies(r -> assertThat(r.state()).isIn("42501", "26000"))
          .satisfies(r -> assertThat(r.types()).doesNotContain("D", "C"));
    }
  }

  @Test
  void setcatalogSaysWhetherTheSessionsDatabaseIsUsedThere() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(where(client, "own_catalog")).isEqualTo(home + " app");
      assertThat(where(client, "other_catalog")).isEqualTo(home + " " + ELSEWHERE);
      assertThat(where(client, "here")).isEqualTo(home + " app");
    }
  }

  @Test
  void setschemaSaysWhetherTheSessionsSchemaIsUsedThere() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SET search_path = own_path");
      String path = "SELECT inet_server_port() || ' ' || current_setting('search_path') /* %s */";
      for (int i = 0; i < 3; i++) {
        assertThat(client.value(path.formatted("on_replica"))).isEqualTo(replica + " own_path");
        assertThat(client.value(path.formatted("other_schema")))
            .isEqualTo(replica + " \"$user\", public");
        assertThat(client.value(path.formatted("here"))).isEqualTo(home + " own_path");
      }
    }
  }

  @Test
  void theSessionsSettingsAreThereToo() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("SET my.own = 'mine'");
      String own = "SELECT current_setting('my.own', true) /* on_replica */";
      assertThat(client.value(own)).isEqualTo("mine");
      assertThat(other.value(own)).isIn(null, "");
      assertThat(Replies.batch(client, own).value()).isEqualTo("mine");
    }
  }

  @Test
  void insideOfATransactionItStaysWhereItIs() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      assertThat(where(client, "on_replica")).isEqualTo(home + " app");
      client.query("COMMIT");
      assertThat(where(client, "on_replica")).isEqualTo(replica + " app");
    }
  }

  @Test
  void statementsThatFollowEachOtherWithoutWaitingGoWhereTheyShould() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 5; i++) {
        client.send(query(WHERE), query(WHERE + " /* on_replica */"), query(WHERE));
        assertThat(new Replies(client.untilReady()).value()).isEqualTo(home + " app");
        assertThat(new Replies(client.untilReady()).value()).isEqualTo(replica + " app");
        assertThat(new Replies(client.untilReady()).value()).isEqualTo(home + " app");
      }
    }
  }

  @Test
  void batchesThatFollowEachOtherWithoutWaitingGoWhereTheyShould() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("there", WHERE + " /* on_replica */"), parse("here", WHERE), sync());
      client.untilReady();
      for (int i = 0; i < 5; i++) {
        client.send(
            all(statement(WHERE), sync()),
            all(statement(WHERE + " /* on_replica */"), sync()),
            all(statement(WHERE), sync()),
            all(bind("", "there"), execute("", 0), sync()),
            all(bind("", "here"), execute("", 0), sync()),
            query(WHERE + " /* on_replica */"),
            all(bind("", "there"), execute("", 0), sync()));
        for (String port : List.of(home, replica, home, replica, home, replica, replica)) {
          assertThat(new Replies(client.untilReady()).value()).isEqualTo(port + " app");
        }
      }
    }
  }

  @Test
  void aSessionThatIsTiedToItsConnectionIsNotForwarded() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE forward_pins (a int)");
      assertThat(where(client, "on_replica")).isEqualTo(home + " app");
      client.query("DISCARD ALL");
      assertThat(where(client, "on_replica")).isEqualTo(replica + " app");
    }
  }

  @Test
  void preparedStatementsOfDriversGoWhereTheyShould() throws Exception {
    try (Connection connection = node.target().jdbc("prepareThreshold", "1");
        PreparedStatement here = connection.prepareStatement(WHERE);
        PreparedStatement there = connection.prepareStatement(WHERE + " /* on_replica */")) {
      for (int i = 0; i < 4; i++) {
        assertThat(value(here)).isEqualTo(home + " app");
        assertThat(value(there)).isEqualTo(replica + " app");
      }
    }
  }
}
