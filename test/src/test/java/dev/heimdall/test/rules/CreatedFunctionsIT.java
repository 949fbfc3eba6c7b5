package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Functions that are created or replaced through a node and called at once, before a list that
 * rejects what reads {@code secret} and what is not understood: what only reads {@code open}
 * passes, so it is known, and what reads {@code secret} never does.
 */
class CreatedFunctionsIT {
  private static final String DATABASE = "created_functions";
  private static final String READER = "created_functions_reader";
  private static final long PATIENCE_NANOS = 900_000_000;
  private static TestNode node;
  private static int functions;
  private RawClient client;
  private String name;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS " + READER,
            "CREATE ROLE " + READER + " LOGIN PASSWORD '" + READER + "'");
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("catalog.user", READER)
                    .source("catalog.password", READER)
                    .vdb("rules", List.of("firewall"))
                    .rules(
                        "firewall",
                        "{\"match\": \"(?i)^(create|drop|do) \", \"action\": \"allow\"}",
                        "{\"match\": \"tables:${catalog}.secret\", \"action\": \"drop\"}"));
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      for (String sql :
          List.of(
              "CREATE TABLE secret (name text)",
              "INSERT INTO secret VALUES ('the secret')",
              "CREATE TABLE open (name text)",
              "INSERT INTO open VALUES ('open')",
              "CREATE FUNCTION there() RETURNS int LANGUAGE sql AS 'SELECT 1'")) {
        direct.query(sql);
      }
    }
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary().execute("DROP ROLE " + READER);
  }

  private static Target target() {
    return node.target().in(DATABASE);
  }

  @BeforeEach
  void logIn() throws IOException {
    client = RawClient.logIn(target());
    name = "f" + ++functions;
    Await.until(
        "the catalogue is read",
        () -> Replies.simple(client, "SELECT there()").state().equals("00000"));
  }

  @AfterEach
  void logOut() throws IOException {
    client.close();
  }

  private String function(String table) {
    return "CREATE OR REPLACE FUNCTION "
        + name
        + "() RETURNS text LANGUAGE sql AS 'SELECT name FROM "
        + table
        + "'";
  }

  private String procedure(String table) {
    return "CREATE OR REPLACE PROCEDURE "
        + name
        + "(INOUT r text) LANGUAGE plpgsql AS 'BEGIN SELECT name INTO r FROM "
        + table
        + "; END'";
  }

  private String call() {
    return "SELECT " + name + "()";
  }

  private static void done(RawClient by, String sql) throws IOException {
    Replies replies = Replies.simple(by, sql);
    assertThat(replies.state()).as("%s: %s", sql, told(replies.messages())).isEqualTo("00000");
  }

  /**
   * It is known, unless the catalogue took longer than the second that a statement waits for it.
   */
  private static void passes(RawClient by, String sql) throws IOException {
    long from = System.nanoTime();
    Replies replies = Replies.simple(by, sql);
    if (System.nanoTime() - from >= PATIENCE_NANOS) {
      replies = read(by, sql);
    }
    assertThat(replies.state()).as(sql).isEqualTo("00000");
    assertThat(replies.value()).isEqualTo("open");
    Replies batch = Replies.batch(by, sql);
    assertThat(batch.state()).as(sql).isEqualTo("00000");
  }

  private static Replies read(RawClient by, String sql) throws IOException {
    Await.until("the catalogue is read", () -> Replies.simple(by, sql).state().equals("00000"));
    return Replies.simple(by, sql);
  }

  private static void isRefused(RawClient by, String sql) throws IOException {
    Replies replies = Replies.simple(by, sql);
    assertThat(replies.refused()).as("%s: %s", sql, told(replies.messages())).isTrue();
    assertThat(Replies.batch(by, sql).refused()).as(sql).isTrue();
  }

  @Test
  void whatIsCreatedIsKnownToTheNextStatement() throws IOException {
    for (int i = 0; i < 3; i++) {
      name = "f" + ++functions;
      done(client, function("open"));
      passes(client, call());
      name = "f" + ++functions;
      done(client, function("secret"));
      isRefused(client, call());
    }
    assertThat(node.clients()).allMatch(row -> row.get("pin_reason") == null);
  }

  @Test
  void proceduresAreKnownToo() throws IOException {
    done(client, procedure("open"));
    passes(client, "CALL " + name + "('')");
    done(client, procedure("secret"));
    isRefused(client, "CALL " + name + "('')");
  }

  @Test
  void whatIsReplacedCountsByItsNewBody() throws IOException {
    done(client, function("open"));
    passes(client, call());
    done(client, function("secret"));
    isRefused(client, call());
    done(client, function("open"));
    passes(client, call());
  }

  @Test
  void otherSessionsKnowItToo() throws IOException {
    try (RawClient other = RawClient.logIn(target())) {
      done(client, function("open"));
      passes(other, call());
      done(client, function("secret"));
      isRefused(other, call());
      done(client, "DROP FUNCTION " + name);
      isRefused(other, call());
    }
  }

  @Test
  void whatAnOpenTransactionHasCreatedIsNotUnderstood() throws IOException {
    done(client, function("open"));
    passes(client, call());
    done(client, "CREATE TABLE IF NOT EXISTS nothing ()");
    client.query("BEGIN");
    done(client, function("secret"));
    assertThat(Replies.simple(client, call()).refused()).isTrue();
    client.query("ROLLBACK");
    passes(client, call());
    client.query("BEGIN");
    done(client, function("secret"));
    client.query("COMMIT");
    isRefused(client, call());
    client.query("BEGIN");
    done(client, function("open"));
    client.query("COMMIT");
    passes(client, call());
  }

  @Test
  void whatAPipelineReplacesIsNotJudgedByTheOldBody() throws IOException {
    done(client, function("open"));
    passes(client, call());
    client.send(statement(function("secret")), statement(call()), sync());
    assertThat(told(client.untilReady())).doesNotContain("the secret");
    client.send(statement(function("secret")), sync(), statement(call()), sync());
    assertThat(told(client.untilReady())).doesNotContain("the secret");
    assertThat(told(client.untilReady())).doesNotContain("the secret");
    isRefused(client, call());
  }

  @Test
  void whatACodeBlockReplacesCountsByItsNewBody() throws IOException {
    done(client, function("open"));
    passes(client, call());
    String block = "DO $a$ BEGIN " + function("secret") + "; END $a$";
    client.query("BEGIN");
    done(client, block);
    assertThat(Replies.simple(client, call()).refused()).isTrue();
    client.query("ROLLBACK");
    done(client, block);
    isRefused(client, call());
    done(client, "DO $a$ BEGIN EXECUTE $b$" + function("open") + "$b$; END $a$");
    passes(client, call());
  }

  @Test
  void whatACodeBlockReplacesIsUnknownUntilAServerThatStandsStillAnswersTheCatalogue()
      throws Exception {
    done(client, function("open"));
    passes(client, call());
    String reader =
        SharedPostgres.value("SELECT pid FROM pg_stat_activity WHERE usename = '" + READER + "'");
    signal("-STOP", reader);
    try {
      done(client, "DO $a$ BEGIN " + function("secret") + "; END $a$");
      isRefused(client, call());
      isRefused(client, call());
    } finally {
      signal("-CONT", reader);
    }
    done(client, "DO $a$ BEGIN " + function("open") + "; END $a$");
    isOpenAgain();
  }

  @Test
  void whatACodeBlockReplacesIsUnknownWhileTheCatalogueCannotBeRead() throws IOException {
    done(client, function("open"));
    passes(client, call());
    SharedPostgres.primary().execute("ALTER ROLE " + READER + " NOLOGIN");
    try {
      SharedPostgres.value(
          "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = '"
              + READER
              + "'");
      done(client, "DO $a$ BEGIN PERFORM 1; EXECUTE 'SELECT 1'; END $a$");
      Await.until("the catalogue cannot be read", () -> Replies.simple(client, call()).refused());
      done(client, "DO $a$ BEGIN " + function("secret") + "; END $a$");
      isRefused(client, call());
    } finally {
      SharedPostgres.primary().execute("ALTER ROLE " + READER + " LOGIN");
    }
    done(client, "DO $a$ BEGIN " + function("open") + "; END $a$");
    isOpenAgain();
  }

  private void isOpenAgain() throws IOException {
    read(client, call());
    passes(client, call());
  }

  private static void signal(String signal, String pid) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, pid).inheritIO().start();
    assertThat(kill.waitFor()).as("kill %s %s", signal, pid).isZero();
  }

  @Test
  void viewsAreKnownToo() throws IOException {
    done(client, "CREATE VIEW v" + name + " AS SELECT name FROM open");
    passes(client, "SELECT * FROM v" + name);
    done(client, "CREATE OR REPLACE VIEW v" + name + " AS SELECT name FROM secret");
    isRefused(client, "SELECT * FROM v" + name);
  }

  private static String told(List<Message> messages) {
    StringBuilder all = new StringBuilder();
    for (Message message : messages) {
      all.append(new String(message.body(), StandardCharsets.ISO_8859_1)).append('\n');
    }
    return all.toString();
  }
}
