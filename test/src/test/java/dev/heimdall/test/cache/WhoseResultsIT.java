package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No client is served what another one may see: users, roles, settings, policies of row security,
 * names that mean something else. Each story is told to a server and to a node that caches whatever
 * it can, and its rows have to be the same, the first time and when all of it is cached.
 */
@Tag("ci")
class WhoseResultsIT {
  private static final String DATABASE = "whose";

  private static final String READ_USER = "SELECT name FROM wr_by_user ORDER BY id";
  private static final String READ_TENANT = "SELECT name FROM wr_by_tenant ORDER BY id";
  private static final String READ = "SELECT name FROM wr_rows ORDER BY id";

  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS wr_role", "CREATE ROLE wr_role", "GRANT wr_role TO app, other");
    SharedPostgres.primary()
        .executeIn(
            DATABASE,
            "CREATE SCHEMA wr_evil; GRANT ALL ON SCHEMA wr_evil, public TO app, other, wr_role");
    node =
        TestNode.start(
            c ->
                c.source("url", SharedPostgres.primary().jdbcUrl(DATABASE))
                    .cluster(SharedPostgres.cluster())
                    .vdb("credentials", "passthrough")
                    .vdb("pool.size", 20)
                    .user("other", "password", "other")
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        "{\"action\": \"cache\", \"parameters\":"
                            + " {\"unconditional\": true, \"cachesystem\": true}}"));
    try (RawClient client = RawClient.logIn(SharedPostgres.target().in(DATABASE))) {
      for (String each :
          List.of(
              "CREATE TABLE wr_rows (id int, owner text, tenant text, name text, d date, at"
                  + " timestamptz)",
              "INSERT INTO wr_rows VALUES (1, 'app', 'red', 'one', '2020-02-01', '2020-01-01"
                  + " 00:00Z'), (2, 'other', 'blue', 'two', '2020-01-02', '2020-01-01 12:00Z'), (3,"
                  + " 'wr_role', 'green', 'dr\u00e4i', '2021-01-01', '2021-01-01 00:00Z')",
              "CREATE TABLE wr_by_user AS SELECT * FROM wr_rows",
              "CREATE TABLE wr_by_tenant AS SELECT * FROM wr_rows",
              "CREATE TABLE wr_by_member AS SELECT * FROM wr_rows",
              "CREATE TABLE wr_members (member text, tenant text)",
              "INSERT INTO wr_members VALUES ('app', 'red'), ('other', 'blue')",
              "ALTER TABLE wr_by_user ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
              "ALTER TABLE wr_by_tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
              "ALTER TABLE wr_by_member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
              "CREATE POLICY p ON wr_by_user USING (owner = current_user)",
              "CREATE POLICY p ON wr_by_tenant USING (tenant = current_setting('my.tenant', true))",
              "CREATE POLICY p ON wr_by_member USING (tenant IN (SELECT tenant FROM wr_members"
                  + " WHERE member = current_user))",
              "CREATE FUNCTION wr_set(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN"
                  + " set_config('my.tenant', $1, false); END$$",
              "CREATE FUNCTION wr_set_hidden(text) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE"
                  + " 'SET my' || '.tenant = ' || quote_literal($1); RETURN 1; END$$",
              "CREATE FUNCTION wr_temp_hidden() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE"
                  + " 'CREATE TEMP TABLE wr' || '_rows AS SELECT 1 AS id, ''forged'' AS name';"
                  + " RETURN 1; END$$",
              "CREATE FUNCTION wr_path_hidden(text) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE"
                  + " 'SET search_' || 'path = ' || $1; RETURN 1; END$$",
              "CREATE FUNCTION wr_definer() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY"
                  + " DEFINER AS $$BEGIN RETURN QUERY SELECT r.name FROM wr_rows r WHERE r.owner ="
                  + " session_user; END$$",
              "CREATE FUNCTION wr_lie() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT"
                  + " current_setting('my.tenant', true)$$",
              "CREATE FUNCTION wr_lie_user() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN"
                  + " RETURN current_user; END$$",
              "CREATE VIEW wr_owners AS SELECT * FROM wr_by_user",
              "CREATE VIEW wr_invokers WITH (security_invoker) AS SELECT * FROM wr_by_user",
              "CREATE TABLE wr_evil.wr_rows (id int, name text)",
              "INSERT INTO wr_evil.wr_rows VALUES (1, 'evil')",
              "CREATE FUNCTION wr_evil.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS"
                  + " $$SELECT 'evil ' || $1$$",
              "CREATE FUNCTION wr_evil.eq(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS"
                  + " $$SELECT true$$",
              "CREATE OPERATOR wr_evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = wr_evil.eq)",
              "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, wr_evil TO"
                  + " other, wr_role")) {
        client.value(each);
      }
    }
    try (RawClient client = RawClient.logIn(node.target().in(DATABASE))) {
      Await.until(
          "the catalogue is read",
          () -> {
            client.query(READ);
            return hits() > 0;
          });
    }
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary()
        .execute(
            "DROP DATABASE whose WITH (FORCE)", "ALTER ROLE other RESET ALL", "DROP ROLE wr_role");
  }

  private static long hits() {
    return node.admin("SHOW CACHE").stream().mapToLong(r -> Long.parseLong(r.get("hits"))).sum();
  }

  private static Arguments story(String name, String... steps) {
    return Arguments.of(name, List.of(steps));
  }

  /**
   * Each step is of a client: one whose name begins with a is of the user app, with b of other.
   * What follows is a query; several of them between {@code |} are sent at once; between {@code &}
   * they are one batch. {@code prepare} and {@code run} have a prepared statement.
   */
  static Stream<Arguments> stories() {
    return Stream.of(
        story("policy by user", "a " + READ_USER, "b " + READ_USER, "a " + READ_USER),
        story(
            "policy by a setting",
            "a1 SET my.tenant = 'red'",
            "a1 " + READ_TENANT,
            "a2 SET my.tenant = 'blue'",
            "a2 " + READ_TENANT,
            "a3 " + READ_TENANT,
            "b SET my.tenant = 'red'",
            "b " + READ_TENANT,
            "a1 " + READ_TENANT,
            "a1 SET my.tenant = 'blue'",
            "a1 " + READ_TENANT,
            "a1 RESET my.tenant",
            "a1 " + READ_TENANT),
        story(
            "policy by a setting, set otherwise",
            "a1 SELECT set_config('my.tenant', 'red', false)",
            "a1 " + READ_TENANT,
            "a2 " + READ_TENANT,
            "a2 SELECT wr_set('blue')",
            "a2 " + READ_TENANT,
            "a1 " + READ_TENANT,
            "a3 SELECT wr_set_hidden('green')",
            "a3 " + READ_TENANT,
            "a2 " + READ_TENANT,
            "a4 " + READ_TENANT,
            "a4 SELECT set_config('my.tenant', 'red', false), name FROM wr_by_tenant",
            "a4 " + READ_TENANT,
            "a5 DO $$BEGIN PERFORM set_config('my.' || 'tenant', 'blue', false); END$$",
            "a5 " + READ_TENANT,
            "a6 " + READ_TENANT,
            "a6 WITH s AS MATERIALIZED (SELECT wr_set('green') AS s) SELECT name FROM s,"
                + " wr_by_tenant",
            "a6 " + READ_TENANT),
        story(
            "policy by a setting of a transaction",
            "a1 BEGIN",
            "a1 SET LOCAL my.tenant = 'red'",
            "a1 " + READ_TENANT,
            "a2 " + READ_TENANT,
            "a1 COMMIT",
            "a1 " + READ_TENANT,
            "a1 BEGIN",
            "a1 SET my.tenant = 'blue'",
            "a1 ROLLBACK",
            "a1 " + READ_TENANT,
            "a1 BEGIN",
            "a1 SAVEPOINT s",
            "a1 SET my.tenant = 'green'",
            "a1 ROLLBACK TO s",
            "a1 COMMIT",
            "a1 " + READ_TENANT,
            "a1 SELECT set_config('my.tenant', 'red', true)",
            "a1 " + READ_TENANT,
            "a1 BEGIN",
            "a1 SET my.tenant = 'blue'",
            "a1 SELECT 1/0",
            "a1 COMMIT",
            "a1 " + READ_TENANT),
        story(
            "settings in one go",
            "a1 SET my.tenant = 'red'|" + READ_TENANT,
            "a2 SET my.tenant = 'blue'|" + READ_TENANT + "|RESET my.tenant|" + READ_TENANT,
            "a3 SET my.tenant = 'green'; " + READ_TENANT,
            "a1 " + READ_TENANT + "|SET my.tenant = 'blue'|" + READ_TENANT,
            "a4 SET my.tenant = 'red'&" + READ_TENANT,
            "a4 " + READ_TENANT,
            "a5 SET my.tenant = 'blue'&SELECT 1/0",
            "a5 " + READ_TENANT,
            "a5 SET my.tenant = 'blue'; SELECT 1/0",
            "a5 " + READ_TENANT,
            "a6 SET my.tenant = 'blue'|SELECT 1/0|" + READ_TENANT),
        story(
            "settings of the log-in",
            "a1[options=-c my.tenant=red] " + READ_TENANT,
            "a2[options=-c my.tenant=blue] " + READ_TENANT,
            "a3 " + READ_TENANT,
            "a1 " + READ_TENANT),
        story(
            "settings of the user",
            "b1 " + READ_TENANT,
            "b1 ALTER ROLE other SET my.tenant = 'blue'",
            "b2 " + READ_TENANT,
            "b1 " + READ_TENANT,
            "b2 " + READ_TENANT,
            "b2 ALTER ROLE other SET my.tenant = 'red'",
            "b3 " + READ_TENANT,
            "b2 " + READ_TENANT,
            "b1 " + READ_TENANT,
            "b3 " + READ_TENANT,
            "b3 ALTER ROLE other RESET my.tenant",
            "b4 SELECT name FROM wr_by_tenant"),
        story(
            "roles",
            "a1 " + READ_USER,
            "a1 SET ROLE wr_role",
            "a1 " + READ_USER,
            "a2 " + READ_USER,
            "a2 SELECT set_config('role', 'wr_role', false)",
            "a2 " + READ_USER,
            "b " + READ_USER,
            "b SET ROLE wr_role",
            "b " + READ_USER,
            "a1 RESET ROLE",
            "a1 " + READ_USER,
            "a3[options=-c role=wr_role] " + READ_USER,
            "b SET ROLE none",
            "b " + READ_USER),
        story(
            "policies over other tables",
            "a " + "SELECT name FROM wr_by_member",
            "b " + "SELECT name FROM wr_by_member",
            "a UPDATE wr_members SET tenant = 'green' WHERE member = 'other'",
            "b " + "SELECT name FROM wr_by_member",
            "a UPDATE wr_members SET tenant = 'blue' WHERE member = 'other'",
            "b " + "SELECT name FROM wr_by_member",
            "a " + "SELECT name FROM wr_by_member"),
        story(
            "views and functions of their owners",
            "a SELECT name FROM wr_owners",
            "b SELECT name FROM wr_owners",
            "a SELECT name FROM wr_invokers",
            "b SELECT name FROM wr_invokers",
            "a SELECT * FROM wr_definer()",
            "b SELECT * FROM wr_definer()",
            "a SELECT wr_lie_user(), id FROM wr_rows ORDER BY id",
            "b SELECT wr_lie_user(), id FROM wr_rows ORDER BY id",
            "a SET my.tenant = 'red'",
            "a SELECT wr_lie(), id FROM wr_rows ORDER BY id",
            "a2 SET my.tenant = 'blue'",
            "a2 SELECT wr_lie(), id FROM wr_rows ORDER BY id",
            "a2 SELECT name FROM wr_rows WHERE tenant = wr_lie()",
            "a SELECT name FROM wr_rows WHERE tenant = wr_lie()"),
        story(
            "temporary tables",
            "a1 " + READ,
            "a1 CREATE TEMP TABLE wr_rows AS SELECT 1 AS id, 'mine' AS name",
            "a1 " + READ,
            "a2 " + READ,
            "a1 DROP TABLE wr_rows",
            "a1 " + READ,
            "a3 SELECT wr_temp_hidden()",
            "a3 " + READ,
            "a2 " + READ,
            "a4 DO $$BEGIN EXECUTE 'CREATE TEMP VIEW wr' || '_rows AS SELECT 1 AS id, ''seen'' AS"
                + " name'; END$$",
            "a4 " + READ,
            "a5 " + READ,
            "a5 SELECT 1 AS id, 'into' AS name INTO TEMP wr_rows",
            "a5 " + READ,
            "a6 " + READ,
            "a6 BEGIN",
            "a6 CREATE TEMP TABLE wr_rows ON COMMIT DROP AS SELECT 1 AS id, 'brief' AS name",
            "a6 " + READ,
            "a6 COMMIT",
            "a6 " + READ,
            "a7 CREATE TEMP TABLE wr_rows AS SELECT 1 AS id, 'at once' AS name|" + READ,
            "a8 SELECT wr_temp_hidden()|" + READ,
            "a9 SET search_path = pg_temp, public",
            "a9 CREATE TABLE wr_rows AS SELECT 1 AS id, 'by the path' AS name",
            "a9 " + READ,
            "a2 " + READ),
        story(
            "paths",
            "a1 " + READ,
            "a1 SET search_path = wr_evil, public",
            "a1 " + READ,
            "a2 " + READ,
            "a2 SELECT wr_path_hidden('wr_evil')",
            "a2 " + READ,
            "a3 " + READ,
            "a3[options=-c search_path=wr_evil] " + READ,
            "a4[options=-c search_path=wr_evil] " + READ,
            "b " + READ,
            "a5 " + READ),
        story(
            "a schema of the user",
            "b1 " + READ,
            "s GRANT CREATE ON DATABASE whose TO other",
            "b1 CREATE SCHEMA other CREATE TABLE wr_rows AS SELECT 1 AS id, 'own' AS name",
            "b1 " + READ,
            "b2 " + READ,
            "a " + READ,
            "b1 DROP SCHEMA other CASCADE",
            "b2 " + READ),
        story(
            "names of the server",
            "a1 SELECT lower(name) FROM wr_rows WHERE owner = 'app'",
            "a2 SET search_path = wr_evil, pg_catalog, public",
            "a2 SELECT lower(name) FROM public.wr_rows WHERE owner = 'app'",
            "a3 SELECT lower(name) FROM public.wr_rows WHERE owner = 'app'",
            "a2 SELECT lower(name) FROM wr_rows WHERE id = 1",
            "a3 SELECT lower(name) FROM wr_rows WHERE id = 1",
            "a1 SELECT relname FROM pg_class WHERE relname = 'wr_rows'",
            "a4 CREATE TEMP TABLE pg_class (relname text)",
            "a4 SELECT relname FROM pg_class WHERE relname = 'wr_rows'",
            "a4 SET search_path = pg_temp, pg_catalog",
            "a4 SELECT relname FROM pg_class WHERE relname = 'wr_rows'",
            "a5 SELECT relname FROM pg_class WHERE relname = 'wr_rows'"),
        story(
            "who and what the session is",
            "a SELECT current_user, session_user, id FROM wr_rows WHERE id = 1",
            "b SELECT current_user, session_user, id FROM wr_rows WHERE id = 1",
            "a SELECT current_user",
            "b SELECT current_user",
            "a1[application_name=first] SELECT current_setting('application_name') FROM wr_rows",
            "a2[application_name=second] SELECT current_setting('application_name') FROM wr_rows",
            "a3[TimeZone=Asia/Tokyo] SELECT at FROM wr_rows WHERE id = 1",
            "a4[TimeZone=UTC] SELECT at FROM wr_rows WHERE id = 1",
            "a5 SET client_encoding = 'LATIN1'",
            "a5 SELECT length(name), name FROM wr_rows WHERE id = 3",
            "a6 SELECT length(name), name FROM wr_rows WHERE id = 3",
            "a7[client_encoding=LATIN1] SELECT length(name), name FROM wr_rows WHERE id = 3",
            "b SET row_security = off",
            "b " + READ_USER,
            "b2 " + READ_USER,
            "b SELECT rolname FROM pg_roles WHERE rolname = current_user",
            "a SELECT rolname FROM pg_roles WHERE rolname = current_user",
            "a SELECT has_table_privilege('wr_rows', 'TRUNCATE')",
            "b SELECT has_table_privilege('wr_rows', 'TRUNCATE')"),
        story(
            "what was read when a statement was prepared",
            "a1 SET DateStyle = 'ISO, DMY'",
            "a1 prepare p SELECT id FROM wr_rows WHERE d = '01/02/2020'",
            "a1 run p",
            "a1 SET DateStyle = 'ISO, MDY'",
            "a1 run p",
            "a2 prepare p SELECT id FROM wr_rows WHERE d = '01/02/2020'",
            "a2 run p",
            "a2 SELECT id FROM wr_rows WHERE d = '01/02/2020'",
            "a3 SET TimeZone = 'Asia/Tokyo'",
            "a3 prepare p SELECT id FROM wr_rows WHERE at < '2020-01-01 06:00'",
            "a3 run p",
            "a3 SET TimeZone = 'UTC'",
            "a3 run p",
            "a4 SET TimeZone = 'UTC'",
            "a4 SELECT id FROM wr_rows WHERE at < '2020-01-01 06:00'",
            "a4 prepare p SELECT id FROM wr_rows WHERE at < '2020-01-01 06:00'",
            "a4 run p",
            "a5 prepare p " + READ,
            "a5 run p",
            "a5 SET search_path = wr_evil",
            "a5 run p",
            "a6 prepare p " + READ,
            "a6 run p",
            "a6 " + READ),
        story(
            "rights that come and go",
            "b1 SELECT name FROM wr_rows WHERE id = 1",
            "a REVOKE SELECT ON wr_rows FROM other",
            "b1 SELECT name FROM wr_rows WHERE id = 1",
            "a SELECT name FROM wr_rows WHERE id = 1",
            "a GRANT SELECT (id) ON wr_rows TO other",
            "b1 SELECT name FROM wr_rows WHERE id = 1",
            "b2 SELECT id FROM wr_rows WHERE id = 1",
            "a REVOKE SELECT (id) ON wr_rows FROM other",
            "b2 SELECT id FROM wr_rows WHERE id = 1",
            "a GRANT SELECT ON wr_rows TO other",
            "b1 SELECT name FROM wr_rows WHERE id = 1",
            "b1 SET ROLE wr_role",
            "b1 SELECT name FROM wr_rows WHERE id = 1",
            "s REVOKE wr_role FROM other",
            "b2 SET ROLE wr_role",
            "b2 " + READ_USER,
            "s GRANT wr_role TO other",
            "a ALTER POLICY p ON wr_by_user USING (true)",
            "b2 " + READ_USER,
            "a ALTER POLICY p ON wr_by_user USING (owner = current_user)",
            "b2 " + READ_USER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("stories")
  void eachStoryIsAsTheServerTellsIt(String name, List<String> steps) throws IOException {
    List<String> expected = tell(SharedPostgres.target().in(DATABASE), steps);
    for (int round = 1; round <= 3; round++) {
      assertThat(tell(node.target().in(DATABASE), steps)).as("round %s", round).isEqualTo(expected);
    }
  }

  @Test
  void mostOfItIsCached() throws IOException {
    List<String> steps = List.of("a " + READ_USER, "b " + READ_USER, "a " + READ, "b " + READ);
    Await.until(
        "each of them is served",
        () -> {
          long before = hits();
          tell(node.target().in(DATABASE), steps);
          return hits() - before == steps.size();
        });
  }

  /** What each step is answered, as far as it is rows, columns or errors. */
  private static List<String> tell(Target at, List<String> steps) throws IOException {
    Map<String, RawClient> clients = new LinkedHashMap<>();
    List<String> told = new ArrayList<>();
    try {
      for (String step : steps) {
        int space = step.indexOf("] ") < 0 ? step.indexOf(' ') : step.indexOf("] ") + 1;
        String who = step.substring(0, space);
        String what = step.substring(space + 1);
        if (who.equals("s")) {
          SharedPostgres.primary().execute(what);
          continue;
        }
        if (!clients.containsKey(who)) {
          clients.put(who, logIn(at, who));
        }
        told.add(step + " -> " + answer(clients.get(who), what));
      }
    } finally {
      for (RawClient client : clients.values()) {
        client.close();
      }
    }
    return told;
  }

  private static RawClient logIn(Target at, String who) throws IOException {
    String user = who.startsWith("b") ? "other" : "app";
    int options = who.indexOf('[');
    return options < 0
        ? RawClient.logIn(at.as(user, user))
        : RawClient.logIn(
            at.as(user, user), who.substring(options + 1, who.length() - 1).split("=", 2));
  }

  private static String answer(RawClient client, String what) throws IOException {
    String[] words = what.split(" ", 3);
    int answers = 1;
    if (words[0].equals("prepare")) {
      client.send(all(parse(words[1], words[2]), sync()));
    } else if (words[0].equals("run")) {
      client.send(all(bind("", words[1]), execute("", 0), sync()));
    } else if (what.indexOf('&') > 0) {
      List<byte[]> batch = new ArrayList<>();
      Stream.of(what.split("&")).forEach(each -> batch.add(statement(each)));
      batch.add(sync());
      client.send(all(batch.toArray(byte[][]::new)));
    } else if (what.indexOf('|') > 0 && !what.contains("||")) {
      String[] queries = what.split("\\|");
      answers = queries.length;
      client.send(all(Stream.of(queries).map(q -> query(q)).toArray(byte[][]::new)));
    } else {
      client.send(query(what));
    }
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      for (Message message : client.untilReady()) {
        switch (message.type()) {
          case 'D' -> rows.add(message.columns().toString());
          case 'E' -> rows.add("error " + message.sqlState());
          case 'Z' -> rows.add(message.toString());
          default -> {}
        }
      }
    }
    return String.join(", ", rows);
  }
}
