package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.functionCall;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The attempts on the page about firewalls, and some that are too many for it, on a server. */
class FirewallIT {
  private static final String DATABASE = "firewall";
  private static final Path PAGE = Path.of("..", "docs", "firewall.md");
  private static final Path FURTHER =
      Path.of("src/test/resources/dev/heimdall/test/rules/attempts.txt");
  private static final Pattern LISTS =
      Pattern.compile("(?ms)^```json rules/firewall.json\\n(.*?)^```$");
  private static final Pattern ATTEMPTS = Pattern.compile("(?ms)^```sql refused\\n(.*?)^```$");
  private static final List<String> OBJECTS =
      List.of(
          "CREATE SCHEMA vault",
          "CREATE TABLE family (id int, name text)",
          "CREATE TABLE secret () INHERITS (family)",
          "INSERT INTO secret VALUES (1, 'the secret')",
          "CREATE TABLE vault.secret (id int, name text)",
          "INSERT INTO vault.secret VALUES (1, 'the secret')",
          "CREATE TABLE scratch (id int, name text)",
          "INSERT INTO scratch VALUES (1, 'open')",
          "CREATE VIEW peek AS SELECT name FROM secret",
          "CREATE FUNCTION tell() RETURNS text LANGUAGE sql STABLE"
              + " AS 'SELECT name FROM secret'",
          "CREATE FUNCTION tell_any(q text) RETURNS text LANGUAGE plpgsql STABLE"
              + " AS 'DECLARE r text; BEGIN EXECUTE q INTO r; RETURN r; END'",
          "ANALYZE secret",
          "CREATE TABLE ruled (id int, name text)",
          "CREATE RULE inserts AS ON INSERT TO ruled DO ALSO SELECT name FROM secret",
          "CREATE RULE updates AS ON UPDATE TO ruled DO INSTEAD DELETE FROM secret",
          "CREATE MATERIALIZED VIEW kept AS SELECT name FROM secret",
          "CREATE FUNCTION tell_row() RETURNS trigger LANGUAGE plpgsql"
              + " AS 'BEGIN NEW.name := (SELECT name FROM secret); RETURN NEW; END'",
          "CREATE TABLE triggered (id int, name text)",
          "CREATE TRIGGER t BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION tell_row()",
          "CREATE TABLE filled (id int, name text DEFAULT tell())",
          "CREATE TABLE guarded (id int)",
          "CREATE POLICY p ON guarded USING (EXISTS (SELECT FROM secret))",
          "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
          "CREATE FUNCTION is_told(t text) RETURNS boolean LANGUAGE sql STABLE"
              + " AS 'SELECT t <> (SELECT name FROM secret)'",
          "CREATE DOMAIN told AS text CHECK (is_told(VALUE))",
          "CREATE TYPE pair AS (a int)",
          "CREATE FUNCTION told(p pair, q pair) RETURNS text LANGUAGE sql STABLE"
              + " AS 'SELECT name FROM secret'",
          "CREATE OPERATOR <-> (FUNCTION = told, LEFTARG = pair, RIGHTARG = pair)",
          "CREATE FUNCTION of_pair(p pair) RETURNS text LANGUAGE sql STABLE"
              + " AS 'SELECT name FROM secret'",
          "CREATE CAST (pair AS text) WITH FUNCTION of_pair(pair)");
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    Matcher lists = LISTS.matcher(Files.readString(PAGE));
    String list = null;
    while (lists.find()) {
      list = lists.group(1).contains("unknown") ? lists.group(1) : list;
    }
    String[] rules =
        list.lines()
            .map(String::strip)
            .filter(line -> line.startsWith("{\"match\""))
            .map(line -> line.replaceFirst(",$", ""))
            .toArray(String[]::new);
    assertThat(rules).hasSize(2);
    node =
        TestNode.start(
            c -> c.node("loops", 1).vdb("rules", List.of("firewall")).rules("firewall", rules));
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      for (String object : OBJECTS) {
        assertThat(new Replies(client.query(object)).state()).as(object).isEqualTo("00000");
      }
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Target target() {
    return node.target().in(DATABASE);
  }

  @Test
  void noAttemptSucceeds() throws IOException {
    Matcher block = ATTEMPTS.matcher(Files.readString(PAGE));
    assertThat(block.find()).isTrue();
    List<String> passed = new ArrayList<>();
    List<String> attempts = new ArrayList<>(block.group(1).lines().toList());
    assertThat(attempts).hasSizeGreaterThan(10);
    attempts.addAll(Files.readAllLines(FURTHER));
    assertThat(attempts).hasSize(150);
    for (String attempt : attempts) {
      List<String> steps = List.of(attempt.split(" \\\\g "));
      if (!isRefused(steps, false)) {
        passed.add(attempt);
      }
      if (!attempt.contains(";") && !isRefused(steps, true)) {
        passed.add("as batches: " + attempt);
      }
    }
    assertThat(passed).isEmpty();
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      assertThat(Replies.simple(client, "SELECT name FROM ONLY secret").value())
          .isEqualTo("the secret");
    }
  }

  /** Whether one of the steps is refused and none has told anything. */
  private static boolean isRefused(List<String> steps, boolean batches) throws IOException {
    boolean refused = false;
    try (RawClient client = RawClient.logIn(target())) {
      for (String step : steps) {
        Replies replies = batches ? Replies.batch(client, step) : Replies.simple(client, step);
        refused |= replies.refused();
        for (Message message : replies.messages()) {
          String told = new String(message.body(), StandardCharsets.ISO_8859_1);
          if (told.contains("the secret")) {
            return false;
          }
        }
      }
    }
    return refused;
  }

  /** The fast path is judged as a SELECT of the function, and an unknown one is not understood. */
  @Test
  void aFunctionCalledByItsNumberDoesNotPass() throws IOException {
    int tell;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      tell = Integer.parseInt(direct.value("SELECT 'tell()'::regprocedure::oid"));
    }
    try (RawClient client = RawClient.logIn(target())) {
      Await.until("the catalogue is read", () -> Replies.simple(client, "SELECT tell()").refused());
      for (int function : List.of(tell, 2_000_000_000)) {
        assertThat(called(client, function).refused()).as("outside").isTrue();
        client.query("BEGIN");
        client.query("SELECT 1");
        assertThat(called(client, function).refused()).as("inside").isTrue();
        assertThat(Replies.simple(client, "SELECT 1").state()).isEqualTo("25P02");
        client.query("ROLLBACK");
      }
      int length = Integer.parseInt(client.value("SELECT 'length(text)'::regprocedure::oid"));
      client.send(functionCall(length, List.of("abc")));
      assertThat(new Replies(client.untilReady()).types()).isEqualTo("VZ");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  /** A session that keeps its connection has the server itself fail what is refused. */
  @Test
  void whatFollowsARefusedBatchIsJudgedByItself() throws IOException {
    for (String keeps : List.of("SELECT pg_advisory_lock(4711)", "BEGIN", "SELECT 1")) {
      try (RawClient client = RawClient.logIn(target())) {
        assertThat(Replies.simple(client, keeps).state()).isEqualTo("00000");
        assertThat(Replies.batch(client, "SELECT name FROM secret").refused()).isTrue();
        Replies next = Replies.simple(client, keeps.equals("BEGIN") ? "ROLLBACK" : "SELECT 1");
        assertThat(next.state()).as(keeps).isEqualTo("00000");
        assertThat(Replies.simple(client, "SELECT name FROM secret").refused()).isTrue();
        assertThat(Replies.batch(client, "SELECT 1").state()).as(keeps).isEqualTo("00000");
      }
    }
  }

  private static Replies called(RawClient client, int function) throws IOException {
    client.send(functionCall(function, List.of()));
    return new Replies(client.untilReady());
  }

  @Test
  void textBeyondTheLimitsDoesNotPass() throws IOException {
    assertThat(isRefused(List.of("SELECT 1;".repeat(200) + "TABLE secret"), false)).isTrue();
    String union = "SELECT name FROM scratch UNION ALL ".repeat(2600) + "SELECT name FROM secret";
    assertThat(isRefused(List.of(union), true)).isTrue();
    String padding = "SELECT '" + "x".repeat(1 << 20) + "' UNION ALL SELECT name FROM secret";
    assertThat(isRefused(List.of(padding), true)).isTrue();
    String deep = "SELECT " + "(".repeat(45) + "SELECT name FROM secret" + ")".repeat(45);
    assertThat(isRefused(List.of(deep), true)).isTrue();
  }

  @Test
  void whatHasNothingToDoWithItPasses() throws IOException {
    try (RawClient client = RawClient.logIn(target())) {
      for (String sql :
          List.of(
              "SELECT * FROM scratch",
              "SELECT 'secret'",
              "SELECT 1 AS secret",
              "BEGIN",
              "INSERT INTO scratch VALUES (2, 'secret')",
              "ROLLBACK",
              "SELECT count(*), now(), upper('x') FROM scratch",
              "CREATE TEMP TABLE mine (id int)",
              "SELECT * FROM U&\"scr\\0061tch\"",
              "SHOW search_path",
              "SELECT count(*) FROM pg_class JOIN pg_stat_user_tables ON relid = oid",
              "SELECT query FROM pg_stat_activity",
              "SELECT pg_relation_size('secret')")) {
        assertThat(Replies.simple(client, sql).state()).as(sql).isEqualTo("00000");
      }
    }
  }
}
