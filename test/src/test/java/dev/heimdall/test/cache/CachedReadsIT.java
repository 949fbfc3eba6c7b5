package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered from the cache, and what is not. A write past the node shows a hit. */
class CachedReadsIT extends CachedReadsContract<RawClient> {
  private static final String READ = "SELECT name FROM cr_rows WHERE id = 1";

  private static TestNode node;
  private static Connection past;

  @BeforeAll
  static void start() throws IOException, SQLException {
    node =
        TestNode.start(
            c ->
                c.cluster(SharedPostgres.cluster())
                    .vdb("cache.enabled", true)
                    .vdb("cache.maxResultSize", "8KiB")
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        rules(
                            "{\"match\": \"fresh_for_long\", \"action\": \"cache\", \"parameters\":"
                                + " {\"autoRefresh\": true, \"ttl\": 3000, \"stop\": true}}",
                            "{\"match\": \"keeps_new_out\", \"action\": \"tag\","
                                + " \"parameters\": {\"olderthan\": -3600000}}",
                            "{\"match\": \"evicts_but_young\", \"action\": \"tag\","
                                + " \"parameters\": {\"evicttables\": \"app.public.cr_rows\","
                                + " \"olderthan\": 3600000}}",
                            "{\"action\": \"cache\"}")));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query(
          "DROP TABLE IF EXISTS cr_rows, cr_others, cr_times, cr_zoned CASCADE;"
              + " DROP FUNCTION IF EXISTS cr_sql, cr_plpgsql, cr_declares, cr_literal, cr_constant;"
              + " DROP DOMAIN IF EXISTS cr_domain; DROP TYPE IF EXISTS cr_pair, cr_mood;"
              + " CREATE TABLE cr_rows (id int PRIMARY KEY, name text, at timestamptz);"
              + " CREATE TABLE cr_others (id int REFERENCES cr_rows ON DELETE CASCADE, note text);"
              + " CREATE VIEW cr_view AS SELECT * FROM cr_rows;"
              + " CREATE TABLE cr_times (note text, j jsonb, x xml);"
              + " INSERT INTO cr_times VALUES ('now', '{\"at\": \"now\"}', '<a>now</a>');"
              + " CREATE TABLE cr_zoned (z timetz);"
              + " CREATE DOMAIN cr_domain AS timestamptz;"
              + " CREATE TYPE cr_mood AS ENUM ('one', 'two');"
              + " CREATE TYPE cr_pair AS (n int, at timestamptz);"
              + " CREATE FUNCTION cr_sql(text) RETURNS timestamptz STABLE LANGUAGE sql"
              + " AS 'SELECT $1::timestamptz';"
              + " CREATE FUNCTION cr_plpgsql(t text) RETURNS timestamptz STABLE LANGUAGE plpgsql"
              + " AS 'BEGIN RETURN t; END';"
              + " CREATE FUNCTION cr_declares(t text) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS 'DECLARE v cr_domain := t; BEGIN RETURN v; END';"
              + " CREATE FUNCTION cr_literal() RETURNS text STABLE LANGUAGE plpgsql"
              + " AS $$DECLARE v text := 'now'; BEGIN RETURN v; END$$;"
              + " CREATE FUNCTION cr_constant(i int) RETURNS text STABLE LANGUAGE plpgsql"
              + " AS $$DECLARE v text := 'x'; BEGIN v := v || i; RETURN v; END$$;"
              + " CREATE VIEW cr_times_view AS SELECT note::timestamptz AS at FROM cr_times;"
              + " GRANT SELECT ON cr_rows, cr_others, cr_view TO other");
    }
    past = SharedPostgres.target().jdbc();
  }

  @AfterAll
  static void stop() throws SQLException, IOException {
    past.close();
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query(
          "DROP TABLE cr_rows, cr_others, cr_times, cr_zoned CASCADE;"
              + " DROP FUNCTION cr_sql, cr_plpgsql, cr_declares, cr_literal, cr_constant;"
              + " DROP DOMAIN cr_domain; DROP TYPE cr_pair, cr_mood");
    }
    node.close();
  }

  @BeforeEach
  void rows() throws IOException {
    try (RawClient client = admin()) {
      client.query(
          "TRUNCATE cr_rows, cr_others; INSERT INTO cr_rows VALUES (1, 'one', '2026-01-01 12:00Z'),"
              + " (2, 'two', now()); INSERT INTO cr_others VALUES (1, 'of one')");
      Await.until(
          "the catalogue is read",
          () -> {
            client.query(READ);
            client.query(READ);
            return "yes".equals(client.queryInfo().get("cached"));
          });
    }
  }

  @Override
  String table() {
    return "cr_rows";
  }

  @Override
  RawClient client() throws IOException {
    return RawClient.logIn(node.target());
  }

  @Override
  String madeFunction() {
    return "CREATE OR REPLACE FUNCTION made_now() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'";
  }

  @Override
  String inFull() {
    return "app.public.cr_rows";
  }

  @Override
  String anotherInFull() {
    return "app.public.cr_others";
  }

  @Override
  RunningNode node() {
    return node;
  }

  @Override
  void run(RawClient client, String sql) throws IOException {
    client.query(sql);
  }

  @Override
  RawClient admin() throws IOException {
    return RawClient.logIn(node.target().as("admin", "admin"));
  }

  /** The answer, byte for byte. */
  private static List<String> answer(RawClient client, byte[] request) throws IOException {
    client.send(request);
    return client.untilReady().stream()
        .map(message -> message.type() + " " + HexFormat.of().formatHex(message.body()))
        .toList();
  }

  /** Errors too. */
  private static List<Message> answered(RawClient client, String sql) throws IOException {
    client.send(query(sql));
    return client.untilReady();
  }

  /** What only who looks at the server itself can see. */
  @Override
  void past(String sql) throws SQLException {
    past.createStatement().execute(sql);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id FROM cr_rows WHERE at <= timestamptz 'now'",
        "SELECT id FROM cr_rows WHERE at <= ' NOW '",
        "SELECT id FROM cr_rows WHERE at >= date 'today' OR at < 'tomorrow'",
        "SELECT id FROM cr_rows WHERE at > timestamp 'today 12:00'",
        "SELECT id FROM cr_rows WHERE at = ANY ('{now}')",
        "SELECT id FROM cr_rows WHERE at = ANY ('{n\\ow}')",
        "SELECT id FROM cr_rows WHERE at <@ tstzrange '[yesterday,)'",
        "SELECT id FROM cr_rows WHERE at < E'n\\x6fw'",
        "SELECT id FROM cr_rows WHERE at < U&'n\\006fw'",
        "SELECT id FROM cr_rows WHERE (at, 1) < ('now', 2)",
        "SELECT CASE WHEN id = 1 THEN at ELSE 'today' END FROM cr_rows",
        "SELECT at FROM cr_rows UNION ALL SELECT 'now'",
        "SELECT note::timestamptz FROM cr_times",
        "SELECT cast(note AS date) FROM cr_times",
        "SELECT date(note) FROM cr_times",
        "SELECT cast(note AS cr_domain) FROM cr_times",
        "SELECT ('(1,' || note || ')')::cr_pair FROM cr_times",
        "SELECT ('{' || note || '}')::timestamptz[] FROM cr_times",
        "SELECT ('[' || note || ',]')::tstzrange FROM cr_times",
        "SELECT (j->>'at')::timestamptz FROM cr_times",
        "SELECT (jsonb_populate_record(NULL::cr_rows, j)).at FROM cr_times",
        "SELECT x.at FROM cr_times, jsonb_to_record(j) AS x(at timestamptz)",
        "SELECT x.at FROM cr_times, xmltable('/a' PASSING x COLUMNS at timestamptz PATH '.') x",
        "SELECT x.* FROM cr_times, json_table(j, '$' COLUMNS (at timestamptz PATH '$.at')) x",
        "SELECT at::date FROM (SELECT note AS at FROM cr_times) x",
        "SELECT cr_sql(note) FROM cr_times",
        "SELECT cr_plpgsql(note) FROM cr_times",
        "SELECT cr_declares(note) FROM cr_times",
        "SELECT cr_literal() FROM cr_times",
        "SELECT * FROM cr_times_view",
        "SELECT z, z > '10:00' FROM cr_zoned",
        "SELECT timetz '10:00' FROM cr_times",
        "SELECT id FROM cr_rows WHERE tableoid = 'cr_rows'::regclass",
      })
  void whatTheServerReadsByTheClockIsNotCached(String sql) throws IOException {
    try (RawClient client = admin()) {
      client.query("SET search_path = public");
      client.query(sql);
      client.query(sql);
      assertThat(client.queryInfo().get("cached"))
          .isIn(
              "no: its result rests on more than its tables: the clock, chance, its session",
              "no: it reads system tables, or what else the server has to say of itself");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT at::date, count(*) FROM cr_rows GROUP BY at::date",
        "SELECT id FROM cr_rows WHERE cast(at AS date) BETWEEN '2026-01-01'::date AND 'epoch'",
        "SELECT (at AT TIME ZONE 'UTC' - interval '1 day')::date FROM cr_rows",
        "SELECT id AS now, name AS today FROM cr_rows WHERE name <> 'knows'",
        "SELECT date_trunc('day', at)::date, id::text, '1'::int FROM cr_rows",
        "SELECT at < timestamptz '2026-01-01', at < 'infinity' FROM cr_rows",
        "SELECT cr_constant(id) FROM cr_rows",
        "SELECT * FROM cr_view",
        "SELECT name FROM cr_rows UNION SELECT 'x'",
        "SELECT count(*) FROM cr_rows WHERE (name || '')::cr_mood = 'one'",
        "SELECT 'x' UNION ALL (SELECT name FROM cr_rows) UNION VALUES ('y')",
      })
  void whatOnlyHasToDoWithTimesIsCached(String sql) throws IOException {
    try (RawClient client = admin()) {
      client.query("SET search_path = public");
      client.query(sql);
      client.query(sql);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
    }
  }

  /** 1 is reached, 2 by one row exactly, 3 is not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void executionsWithALimitOfRowsAreCached(int limit) throws IOException, SQLException {
    String read = "SELECT name AS limited FROM cr_rows ORDER BY id";
    byte[] request =
        all(parse("", read), bind("", ""), describePortal(""), execute("", limit), sync());
    byte[] whole = all(parse("", read), bind("", ""), describePortal(""), execute("", 0), sync());
    try (RawClient client = admin();
        RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      List<String> expected = answer(direct, request);
      List<String> expectedWhole = answer(direct, whole);
      assertThat(answer(client, request)).isEqualTo(expected);
      assertThat(answer(client, whole)).isEqualTo(expectedWhole);
      past("UPDATE cr_rows SET name = 'past the node'");
      assertThat(answer(client, request)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
      assertThat(answer(client, whole)).isEqualTo(expectedWhole);
    }
  }

  /** As asyncpg does it: the columns first, then the rows, with one Sync for both. */
  private static List<String> firstUse(RawClient client, String name, String sql)
      throws IOException {
    client.send(all(parse(name, sql), describeStatement(name), flush()));
    List<Message> answer = new ArrayList<>(client.until('T'));
    client.send(all(bind("", name), execute("", 1), sync()));
    answer.addAll(client.untilReady());
    return answer.stream()
        .map(message -> message.type() + " " + HexFormat.of().formatHex(message.body()))
        .toList();
  }

  /** As asyncpg does it without its cache of statements: what runs is parsed again. */
  private static List<String> parsedTwice(RawClient client, String sql) throws IOException {
    client.send(all(parse("", sql), describeStatement(""), flush()));
    List<Message> answer = new ArrayList<>(client.until('T'));
    client.send(parse("", sql));
    client.send(all(bind("", "", "1"), execute("", 0), sync()));
    answer.addAll(client.untilReady());
    return answer.stream()
        .map(message -> message.type() + " " + HexFormat.of().formatHex(message.body()))
        .toList();
  }

  @Test
  void aStatementThatIsParsedAgainBehindItsDescriptionIsAnsweredFromTheCache()
      throws IOException, SQLException {
    String read = "SELECT name AS parsed_twice FROM cr_rows WHERE id = $1";
    List<String> expected;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      expected = parsedTwice(direct, read);
    }
    try (RawClient client = admin()) {
      assertThat(parsedTwice(client, read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "no: it was not there");
      past("UPDATE cr_rows SET name = 'past the node'");
      assertThat(parsedTwice(client, read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
      assertThat(parsedTwice(client, read)).isEqualTo(expected);
      // What no server has parsed is run by one.
      client.query("UPDATE cr_rows SET name = 'written'");
      assertThat(answer(client, all(bind("", "", "1"), execute("", 0), sync())))
          .isNotEqualTo(expected.subList(3, expected.size()));
      assertThat(parsedTwice(client, read)).isNotEqualTo(expected);
      // Behind an error all is skipped, also what is kept.
      client.send(all(parse("", "SELECT nothing FROM cr_rows"), flush()));
      client.until('E');
      client.send(all(parse("", read), bind("", "", "1"), execute("", 0), sync()));
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('Z');
    }
  }

  @Test
  void aFirstUseBehindItsDescriptionIsAnsweredFromTheCache() throws IOException, SQLException {
    String read = "SELECT name AS described_first FROM cr_rows ORDER BY id";
    List<String> expected;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      expected = firstUse(direct, "first", read);
    }
    try (RawClient client = admin()) {
      assertThat(firstUse(client, "first", read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "no: it was not there");
    }
    past("UPDATE cr_rows SET name = 'past the node'");
    try (RawClient client = admin()) {
      assertThat(firstUse(client, "first", read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
      assertThat(answer(client, all(bind("", "first"), execute("", 1), sync())))
          .isEqualTo(expected.subList(3, expected.size()));
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
      client.query("UPDATE cr_rows SET name = 'written'");
      assertThat(answer(client, all(bind("", "first"), execute("", 1), sync())))
          .isNotEqualTo(expected.subList(3, expected.size()));
    }
  }

  /** As lib/pq does it: an unnamed statement is described, and run in a batch of its own. */
  private static List<String> inTwoBatches(RawClient client, String sql) throws IOException {
    client.send(all(parse("", sql), describeStatement(""), sync()));
    assertThat(client.untilReady()).extracting(Message::type).containsExactly('1', 't', 'T', 'Z');
    return answer(client, all(bind("", "", "1"), execute("", 0), sync()));
  }

  @Test
  void anUnnamedStatementOfTheBatchBeforeIsAnsweredFromTheCache() throws IOException, SQLException {
    String read = "SELECT name AS in_two FROM cr_rows WHERE id = $1";
    List<String> expected;
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      expected = inTwoBatches(direct, read);
    }
    try (RawClient client = admin()) {
      assertThat(inTwoBatches(client, read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "no: it was not there");
      past("UPDATE cr_rows SET name = 'past the node'");
      assertThat(inTwoBatches(client, read)).isEqualTo(expected);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
    }
    try (RawClient client = admin()) {
      client.send(all(parse("", read), describeStatement(""), sync()));
      client.untilReady();
      client.send(all(parse("setting", "SET search_path = pg_catalog, public"), sync()));
      client.untilReady();
      client.send(all(bind("", "setting"), execute("", 0), sync()));
      client.untilReady();
      assertThat(answer(client, all(bind("", "", "1"), execute("", 0), sync())))
          .isNotEqualTo(expected); // parsed with other settings: a server answers it
      assertThat(client.queryInfo().get("cached")).startsWith("no: ");
    }
  }

  /** What comes behind a hit, in the same batch or transaction, is carried out by the server. */
  @Test
  void aBatchMayGoOnBehindAFlush() throws IOException {
    String read = "SELECT name AS goes_on FROM cr_rows ORDER BY id";
    try (RawClient client = admin()) {
      firstUse(client, "first", read);
      client.query("DEALLOCATE first");
      client.send(all(parse("first", read), describeStatement("first"), flush()));
      client.until('T');
      client.send(
          all(
              bind("", "first"),
              execute("", 0),
              statement("INSERT INTO cr_others VALUES (2, 'goes on')"),
              sync()));
      assertThat(client.untilReady().stream().map(Message::type).toList())
          .containsExactly('2', 'D', 'D', 'C', '1', '2', 'n', 'C', 'Z');
      client.query("BEGIN");
      client.query("UPDATE cr_rows SET name = 'own'");
      client.send(all(parse("second", read), describeStatement("second"), flush()));
      client.until('T');
      client.send(all(bind("", "second"), execute("", 1), sync()));
      assertThat(client.untilReady().get(1).columns()).containsExactly("own");
      client.query("ROLLBACK");
      client.send(all(parse("third", "SELECT nothing FROM cr_rows"), flush()));
      client.until('E');
      client.send(all(bind("", "third"), execute("", 1), sync()));
      assertThat(client.untilReady().stream().map(Message::type).toList()).containsExactly('Z');
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"now", "NOW", "today 12:00", "{now}"})
  void aValueThatIsTheMomentIsNotCached(String value) throws IOException {
    String sql =
        value.startsWith("{")
            ? "SELECT id FROM cr_rows WHERE at < ANY ($1)"
            : "SELECT id FROM cr_rows WHERE at <= $1";
    try (RawClient client = admin()) {
      for (int i = 0; i < 2; i++) {
        client.send(all(parse("", sql), bind("", "", value), execute("", 0), sync()));
        client.untilReady();
      }
      assertThat(client.queryInfo().get("cached")).startsWith("no: its result rests on more");
    }
  }

  @Test
  void operatorsSeeHowEachKindOfStatementFares() throws IOException {
    String read = "SELECT id AS patterns_seen FROM cr_rows WHERE id = ";
    try (RawClient client = admin()) {
      client.query(read + "1");
      client.query(read + "1");
      client.query(read + "1");
      client.query("SELECT repeat('x', 10000) AS patterns_large FROM cr_rows");
      client.query("CREATE TEMPORARY TABLE cr_own (id int)");
      client.query(read + "1");
      client.query(read + "2");
      assertThat(client.queryInfo())
          .containsEntry("cached", "no: its session keeps a server connection");
    }
    assertThat(pattern("patterns_seen"))
        .containsEntry("statements", "5")
        .containsEntry("hits", "2")
        .containsEntry("hit_percent", "40")
        .containsEntry("reason", "pinned")
        .containsEntry("reason_count", "2");
    // It was not there, and its answer is too large: a statement counts once, by what decided.
    assertThat(pattern("patterns_large"))
        .containsEntry("statements", "1")
        .containsEntry("reason", "unsuited")
        .containsEntry("reason_count", "1");
  }

  private static Map<String, String> pattern(String word) {
    return node.admin("SHOW CACHE PATTERNS").stream()
        .filter(row -> row.get("statement").contains(word))
        .findAny()
        .orElseThrow();
  }

  @Test
  void whoDoesNotReadItsAnswersGetsNoMoreOfThem() throws IOException {
    byte[] read = query("SELECT repeat('x', 7000) AS not_read FROM cr_rows WHERE id = 1");
    int reads = 3_000; // 21 MB: more than the kernel takes
    try (RawClient slow = RawClient.connect(node.target(), 8 * 1024).logIn(0);
        RawClient other = admin()) {
      answer(slow, read);
      slow.send(Collections.nCopies(reads, read).toArray(byte[][]::new));
      Await.until(
          "the node answers from the cache",
          () -> {
            other.value(READ);
            return Long.parseLong(pattern("not_read").get("hits")) > 0;
          });
      for (int i = 0; i < 50; i++) { // on the same loop, or on the other one
        assertThat(other.value(READ)).isEqualTo("one");
      }
      assertThat(Long.parseLong(pattern("not_read").get("hits"))).isLessThan(reads);
      for (int i = 0; i < reads; i++) {
        assertThat(slow.untilReady()).hasSize(4);
      }
      assertThat(pattern("not_read")).containsEntry("hits", Integer.toString(reads));
    }
  }

  @Test
  void bothSpellingsAreAnsweredAlike() throws IOException, SQLException {
    try (RawClient client = admin()) {
      String read = "SELECT id, name, at FROM cr_rows WHERE id = 1";
      List<String> batch = answer(client, all(statement(read), sync()));
      List<String> query = answer(client, query(read));
      past("DELETE FROM cr_others");
      past("UPDATE cr_rows SET name = 'past the node' WHERE id = 1");
      assertThat(answer(client, query(read))).isEqualTo(query);
      assertThat(answer(client, all(statement(read), sync()))).isEqualTo(batch);
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
    }
  }

  @Test
  void valuesAndFormatsOfPreparedStatementsCount() throws SQLException {
    try (Connection client = node.connect("prepareThreshold", "1");
        PreparedStatement read =
            client.prepareStatement("SELECT id, name FROM cr_rows WHERE id = ?")) {
      for (int round = 0; round < 6; round++) {
        for (int id = 1; id <= 2; id++) {
          read.setInt(1, id);
          try (ResultSet rows = read.executeQuery()) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(id);
            assertThat(rows.getString(2)).isEqualTo(id == 1 ? "one" : "two");
            assertThat(rows.next()).isFalse();
          }
        }
      }
      past("UPDATE cr_rows SET name = 'past the node'");
      read.setInt(1, 2);
      try (ResultSet rows = read.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isEqualTo("two");
      }
    }
  }

  @Test
  void usersAndSettingsHaveResultsOfTheirOwn() throws IOException, SQLException {
    String read = "SELECT at FROM cr_rows WHERE id = 1";
    try (RawClient client = admin();
        RawClient there = admin();
        RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      there.query("SET TimeZone = 'Asia/Tokyo'");
      client.query("SET TimeZone = 'UTC'");
      assertThat(client.value(read)).isEqualTo("2026-01-01 12:00:00+00");
      assertThat(there.value(read)).isEqualTo("2026-01-01 21:00:00+09");
      past("UPDATE cr_rows SET at = '2027-01-01 12:00Z'");
      assertThat(client.value(read)).isEqualTo("2026-01-01 12:00:00+00");
      assertThat(there.value(read)).isEqualTo("2026-01-01 21:00:00+09");
      assertThat(other.value(read)).startsWith("2027");
    }
  }

  @Test
  void aRuleMaySaveThePlaceOfOneResultForEachUser() throws IOException, SQLException {
    String read = "SELECT name AS shared_by_all FROM cr_rows WHERE id = 1";
    try (RawClient client = admin();
        RawClient other = RawClient.logIn(node.target().as("other", "other"))) {
      assertThat(client.value(read)).isEqualTo("one");
      past("UPDATE cr_rows SET name = 'past the node'");
      assertThat(other.value(read)).isEqualTo("one");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE cr_rows SET name = 'written' WHERE id = 1",
        "UPDATE cr_view SET name = 'written' WHERE id = 1",
        "WITH w AS (UPDATE cr_rows SET name = 'written' WHERE id = 1 RETURNING id) SELECT * FROM w",
        "INSERT INTO cr_rows VALUES (1, 'x', now()) ON CONFLICT (id) DO UPDATE SET name ="
            + " 'written'",
        "DO $$BEGIN UPDATE cr_rows SET name = 'written' WHERE id = 1; END$$",
        "BEGIN; UPDATE cr_rows SET name = 'written' WHERE id = 1; COMMIT",
        "PREPARE w AS UPDATE cr_rows SET name = 'written' WHERE id = 1; EXECUTE w; DEALLOCATE w"
      })
  void everyWayOfWritingIsNoticed(String write) throws IOException {
    String through = "SELECT name FROM cr_view WHERE id = 1";
    try (RawClient client = admin();
        RawClient other = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      assertThat(client.value(through)).isEqualTo("one");
      other.query(write);
      assertThat(client.value(READ)).isEqualTo("written");
      assertThat(client.value(through)).isEqualTo("written");
    }
  }

  @Test
  void cascadesAndTruncationsAreNoticed() throws IOException {
    String read = "SELECT count(*) FROM cr_others";
    try (RawClient client = admin();
        RawClient other = admin()) {
      assertThat(client.value(read)).isEqualTo("1");
      other.query("DELETE FROM cr_rows WHERE id = 1");
      assertThat(client.value(read)).isEqualTo("0");
      other.query("INSERT INTO cr_others VALUES (2, 'of two')");
      assertThat(client.value(read)).isEqualTo("1");
      other.query("TRUNCATE cr_rows CASCADE");
      assertThat(client.value(read)).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT now(), name FROM cr_rows WHERE id = 1|its result rests on more than its tables",
        "SELECT random() FROM cr_rows|its result rests on more than its tables",
        "SELECT 1|it reads no table",
        "SELECT name FROM cr_nowhere|what it reads is not known",
        "SELECT relname FROM pg_class WHERE relname = 'cr_rows'|it reads system tables",
        "SELECT name FROM cr_rows WHERE id = 1 FOR UPDATE|it writes, locks what it reads",
        "UPDATE cr_rows SET name = name WHERE id = 1|it writes, locks what it reads",
        "SELECT set_config('TimeZone', 'UTC', false) FROM cr_rows|it "
      })
  void whatIsNotTheSameEachTimeIsNotCached(String statement, String reason) throws IOException {
    try (RawClient client = admin()) {
      client.query(statement);
      client.query(statement);
      assertThat(client.queryInfo().get("cached")).startsWith("no: " + reason);
    }
  }

  @Test
  void aRuleMayHaveKeptWhatChanges() throws IOException {
    try (RawClient client = admin()) {
      String changes = "SELECT now() AS though_it_changes FROM cr_rows WHERE id = 1";
      assertThat(client.value(changes)).isEqualTo(client.value(changes));
    }
  }

  @Test
  void largeAnswersErrorsAndNoticesAreNotKept() throws IOException {
    try (RawClient client = admin()) {
      String large = "SELECT repeat(name, 9000) FROM cr_rows WHERE id = 1";
      client.query(large);
      client.query(large);
      assertThat(client.queryInfo().get("cached")).startsWith("no: its answer was too large");
      String error = "SELECT 1 / (id - 1) FROM cr_rows WHERE id = 1";
      assertThat(client.query(error)).extracting(Message::type).contains('E');
      assertThat(client.query(error)).extracting(Message::type).contains('E');
      assertThat(client.queryInfo().get("cached"))
          .startsWith("no: its answer was too large, an error");
    }
  }

  @Test
  void aSessionWithThingsOfItsOwnAsksTheServer() throws IOException {
    try (RawClient client = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      client.query("CREATE TEMP TABLE cr_rows (id int, name text)");
      client.query("INSERT INTO cr_rows VALUES (1, 'my own')");
      assertThat(client.value(READ)).isEqualTo("my own");
    }
    try (RawClient client = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
    }
  }

  @Test
  void changedDefinitionsAreNoticed() throws IOException {
    try (RawClient client = admin();
        RawClient other = admin()) {
      String through = "SELECT * FROM cr_view WHERE id = 1";
      assertThat(client.value(through)).isEqualTo("1");
      other.query("CREATE OR REPLACE VIEW cr_view AS SELECT id + 10 AS id, name, at FROM cr_rows");
      assertThat(client.query(through)).extracting(Message::type).doesNotContain('D');
      other.query("CREATE OR REPLACE VIEW cr_view AS SELECT * FROM cr_rows");
      assertThat(client.value(through)).isEqualTo("1");
    }
  }

  @Test
  void aRuleMayLeaveResultsOfTablesThatItEvicts() throws IOException, SQLException {
    try (RawClient client = admin();
        RawClient writer = admin()) {
      assertThat(client.value(READ)).isEqualTo("one");
      past("UPDATE cr_rows SET name = 'past the node' WHERE id = 1");
      writer.query("SELECT 1 AS evicts_but_young");
      assertThat(client.value(READ)).isEqualTo("one");
      writer.query("UPDATE cr_rows SET at = now()");
      assertThat(client.value(READ)).isEqualTo("past the node");
    }
  }

  @Test
  void aRuleMayKeepNewResultsOut() throws IOException, SQLException {
    String read = "SELECT name FROM cr_kept_out";
    try (RawClient client = admin()) {
      client.query("CREATE TABLE cr_kept_out (name text)");
      try {
        Await.until(
            "it is cached",
            () -> {
              client.query(read);
              return "yes".equals(client.queryInfo().get("cached"));
            });
        client.query("INSERT INTO cr_kept_out AS keeps_new_out VALUES ('one')");
        for (int i = 0; i < 3; i++) {
          assertThat(client.value(read)).isEqualTo("one");
          assertThat(client.queryInfo()).containsEntry("cached", "no: it was not there");
        }
      } finally {
        client.query("DROP TABLE cr_kept_out");
      }
    }
  }

  @Test
  void aLostRightIsLostAtOnce() throws IOException {
    try (RawClient owner = admin();
        RawClient client = RawClient.logIn(node.target().as("other", "other"))) {
      assertThat(client.value(READ)).isEqualTo("one");
      owner.query("REVOKE SELECT ON cr_rows FROM app"); // whose connections all clients have
      try {
        assertThat(client.query(READ)).extracting(Message::type).contains('E');
      } finally {
        owner.query("GRANT SELECT ON cr_rows TO app");
      }
      assertThat(client.value(READ)).isEqualTo("one");
    }
  }

  @Test
  void whatCannotBeFetchedAnewIsServedOn() throws IOException, SQLException {
    String read = "SELECT name AS fresh_for_long FROM cr_rows WHERE id = 1";
    try (RawClient client = admin();
        Connection holder = SharedPostgres.target().jdbc()) {
      client.query("SET statement_timeout = '50ms'");
      holder.setAutoCommit(false);
      Await.until(
          "others are served what could not be fetched anew",
          () -> {
            client.query(read);
            client.query(read);
            holder.createStatement().execute("LOCK TABLE cr_rows IN ACCESS EXCLUSIVE MODE");
            List<Message> answer = answered(client, read);
            while (answer.stream().noneMatch(message -> message.type() == 'E')) {
              answer = answered(client, read);
            }
            String failed = client.queryInfo().get("cached");
            boolean served = answered(client, read).stream().noneMatch(one -> one.type() == 'E');
            holder.rollback();
            return failed.startsWith("no: it was to be fetched anew") && served;
          });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STABLE LANGUAGE sql AS 'SELECT max(name) FROM cr_rows'",
        "STABLE LANGUAGE sql RETURN (SELECT max(name) FROM cr_rows)",
        "STABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT max(name) FROM cr_rows); END'",
      })
  void whatAFunctionReadsCounts(String body) throws IOException, SQLException {
    String create = "CREATE OR REPLACE FUNCTION cr_most() RETURNS text ";
    try (RawClient client = admin()) {
      client.query(create + body);
      try {
        String read = "SELECT cr_most()";
        Await.until(
            "it is cached",
            () -> {
              client.query(read);
              return "yes".equals(client.queryInfo().get("cached"));
            });
        past("UPDATE cr_rows SET name = 'unseen'");
        assertThat(client.value(read)).isEqualTo("two");
        client.query("UPDATE cr_rows SET name = 'zwei' WHERE id = 2");
        assertThat(client.value(read)).isEqualTo("zwei");
        client.query(create + body.replace("max(name) FROM cr_rows", "max(note) FROM cr_others"));
        assertThat(client.value(read)).isEqualTo("of one");
        Await.until(
            "it is cached again",
            () -> {
              client.query(read);
              return "yes".equals(client.queryInfo().get("cached"));
            });
        client.query("UPDATE cr_others SET note = 'else'");
        assertThat(client.value(read)).isEqualTo("else");
      } finally {
        client.query("DROP FUNCTION cr_most");
      }
    }
  }
}
