package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Log-in packets of many shapes: each is answered as the server itself answers it. */
class StartupSettingsIT {
  private static final String LONG = "n".repeat(63);

  /** Values of {@code options}. */
  private static final List<String> OPTIONS =
      List.of(
          "",
          "  ",
          "-c work_mem=5MB",
          "-cwork_mem=5MB",
          "--work_mem=5MB",
          "--work-mem=5MB",
          "-c work-mem=5MB",
          "-c   work_mem=5MB",
          "\t-c\twork_mem=5MB\n",
          "-c\u000bwork_mem=5MB\f-c my.x=a",
          "-c Work_Mem=5MB",
          "-c my.x=a\\ b",
          "-c my.x=a\\\\b",
          "-c my.x=a\\b",
          "-c my.x=a\\",
          "-c my.x=a\\\tb",
          "-c my.x=a\u2003b",
          "-c my.x=a\u001cb",
          "-c my.x=a\u0085b",
          "-c my.x=a\u00a0b",
          "-c my.x=\u017c\u00f3\u0142w",
          "-c my.x=",
          "-c my.x=a=b",
          "-c my.x='a'",
          "-c 'my.x=a'",
          "-c \"my.x=a\"",
          "-c my.x='a b'",
          "-c my.x",
          "-c =x",
          "-c",
          "-c ",
          "--",
          "-- -c my.x=a",
          "--=x",
          "--my.x",
          "--my.x=",
          "--my-x.y-z=1",
          "-c my-x.y=1",
          "-c My.X=1",
          "-c MY.x=1 -c my.X=2",
          "-x",
          "-xn",
          "-n -xn",
          "-nxE",
          "-E -fz -n",
          "-E -c",
          "\\",
          "-?",
          "-:",
          "-V",
          "--help",
          "--version",
          "-",
          "foo",
          "foo -c my.x=a",
          "-c my.x=a foo",
          "-c my.x=a -",
          "-c my.x=a -- foo",
          "-S 2MB",
          "-S2MB",
          "-S 2000",
          "-S lots",
          "-S",
          "-e",
          "-f h",
          "-fh",
          "-fs -fn",
          "-f x",
          "-f hx",
          "-f",
          "-t pl",
          "-tpa",
          "-te",
          "-t ex",
          "-t x",
          "-t p",
          "-s",
          "-O",
          "-B 100",
          "-N 5",
          "-p 1",
          "-h x",
          "-k /tmp",
          "-F",
          "-i",
          "-l",
          "-b",
          "-C x",
          "-D x",
          "-E",
          "-j",
          "-n",
          "-r x",
          "-v 3",
          "-v3.0",
          "-d 1",
          "-d 0",
          "-d 9",
          "-d x",
          "-d",
          "-nEc work_mem=3MB",
          "-c a.b.c=1",
          "-c 1x=2",
          "-c my.1x=2",
          "-c a..b=2",
          "-c .b=2",
          "-c a.=2",
          "-c a$b.c=1",
          "-c nonsense=1",
          "-c max_connections=5",
          "-c search_path=a,\\ b",
          "-c search_path=\"A\\ B\"",
          "-c timezone=Asia/Tokyo",
          "-c timezone=Nowhere/Land",
          "-c geqo=of",
          "-c geqo=o",
          "-c geqo=maybe",
          "-c geqo=FALSE",
          "-c work_mem=5000",
          "-c work_mem=5XB",
          "-c work_mem=1.5MB",
          "-c work_mem=\\ 6MB\\ ",
          "-c work_mem=-1",
          "-c work_mem=0x2000",
          "-c statement_timeout=1min",
          "-c client_encoding=LATIN1",
          "-c client_encoding=KLINGON",
          "-c lc_messages=C",
          "-c role=app",
          "-c role=nobody",
          "-c seed=0.5",
          "-c seed=2",
          "-c transaction_isolation=nonsense",
          "-c default_transaction_read_only=on",
          "-c default_transaction_isolation=serializable",
          "-c log_statement=all",
          "-c shared_preload_libraries=x",
          "-c allow_system_table_mods=on",
          "-c is_superuser=on",
          "-c server_version=9",
          "-c application_name=x",
          "-c extra_float_digits=2",
          "-c extra_float_digits=9",
          "-c bytea_output=escape",
          "-c standard_conforming_strings=off",
          "-c standard_conforming_string=off",
          "-c intervalstyle=iso_8601",
          "-c idle_session_timeout=1h",
          "--my.x=a --my.x=b",
          "-c my.x=" + "v".repeat(4000));

  /** What a server takes when a connection begins only, and therefore from no client of a pool. */
  private static final List<String> OF_CONNECTIONS =
      List.of("-P", "-T", "-W 1", "-c ignore_system_indexes=on", "-c post_auth_delay=1");

  /** Other parameters, names and values in turn. */
  private static final List<List<String>> PARAMETERS =
      List.of(
          List.of("DateStyle", "German", "options", "-c datestyle=SQL"),
          List.of("options", "-c datestyle=SQL", "DATESTYLE", "German"),
          List.of("datestyle", "SQL", "DateStyle", "German"),
          List.of("work_mem", ""),
          List.of("work_mem", " 5MB "),
          List.of("work-mem", "5MB"),
          List.of("my.x", "a b\\ c"),
          List.of("my.x", ""),
          List.of("my-x.y", "1"),
          List.of("nodot", "1"),
          List.of("Replication", "1"),
          List.of("replication", "off"),
          List.of("replication", "f"),
          List.of("replication", "0"),
          List.of("replication", "nonsense"),
          List.of("replication", ""),
          List.of("USER", "other"),
          List.of("application_name", "a\tb"),
          List.of("application_name", ""),
          List.of("application_name", "é".repeat(40)),
          List.of("application_name", "x".repeat(61) + "é"),
          List.of("application_name", "x".repeat(62) + "é"),
          List.of("application_name", "\\x41\\\"'" + "é".repeat(20)),
          List.of("client_encoding", "'utf-8'"),
          List.of("client_encoding", "sql_ascii"),
          List.of("geqo", "of"),
          List.of("search_path", "a,,b"),
          List.of("extra_float_digits", "2.5"),
          List.of("role", "none"),
          List.of("database", ""),
          List.of("transaction_read_only", "maybe"),
          List.of("session_authorization", "nobody"),
          List.of("timezone", "+3"),
          List.of("timezone", "<x>-3"),
          List.of("timezone", "INTERVAL '2' HOUR"));

  /** A setting of an unknown name that another session had is empty, and not unknown. */
  private static final String SETTINGS =
      "SELECT ROW(current_database(), current_user, session_user, (SELECT string_agg(name || '=' ||"
          + " setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('work_mem',"
          + " 'search_path', 'TimeZone', 'DateStyle', 'geqo', 'enable_hashjoin', 'enable_seqscan',"
          + " 'enable_nestloop', 'client_encoding', 'statement_timeout',"
          + " 'default_transaction_read_only', 'lc_messages', 'role',"
          + " 'default_transaction_isolation', 'extra_float_digits', 'bytea_output',"
          + " 'intervalstyle', 'IntervalStyle', 'idle_session_timeout', 'application_name',"
          + " 'standard_conforming_strings')), nullif(current_setting('my.x', true), ''),"
          + " nullif(current_setting('my_x.y_z', true), ''), nullif(current_setting('my_x.y',"
          + " true), ''), nullif(current_setting('a.b.c', true), ''),"
          + " nullif(current_setting('a$b.c', true), ''), nullif(current_setting('my.1x', true),"
          + " ''))::text";

  private static final String ACCENTED = "\u00e9l\u00e8ve";

  private static TestNode node;

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .execute(
            "CREATE ROLE " + LONG + " LOGIN PASSWORD 'app'",
            "CREATE DATABASE " + LONG + " OWNER " + LONG,
            "CREATE ROLE " + ACCENTED + " LOGIN PASSWORD 'app'");
    node =
        TestNode.start(
            c ->
                c.vdb("credentials", "passthrough")
                    .user(LONG, "password", "app")
                    .user(ACCENTED, "password", "app"));
  }

  @AfterAll
  static void stop() {
    node.close();
    SharedPostgres.primary()
        .execute("DROP DATABASE " + LONG, "DROP ROLE " + LONG, "DROP ROLE " + ACCENTED);
  }

  private static String answer(Target target, List<String> parameters) throws IOException {
    try (RawClient client = RawClient.logIn(target, parameters.toArray(String[]::new))) {
      return new TreeMap<>(client.parameters()) + " " + client.value(SETTINGS);
    } catch (RawClient.ErrorReceived e) {
      Map<Character, String> fields = new TreeMap<>(e.error().fields());
      fields.keySet().removeAll(List.of('F', 'L', 'R'));
      return fields.toString();
    }
  }

  private static List<String> differences(List<List<String>> packets) throws IOException {
    List<String> differences = new ArrayList<>();
    for (List<String> packet : packets) {
      String direct = answer(SharedPostgres.target(), packet);
      String through = answer(node.target(), packet);
      if (!direct.equals(through)) {
        differences.add(packet + "\n  server: " + direct + "\n  node:   " + through);
      }
    }
    return differences;
  }

  @Test
  void optionsAreReadAsTheServerReadsThem() throws IOException {
    assertThat(differences(OPTIONS.stream().map(text -> List.of("options", text)).toList()))
        .isEmpty();
  }

  @Test
  void whatOnlyConnectionsCanBeginWithIsRefusedByName() throws IOException {
    for (String text : OF_CONNECTIONS) {
      assertThat(answer(node.target(), List.of("options", text)))
          .startsWith("{C=55P02")
          .contains("M=parameter ");
    }
  }

  @Test
  void parametersAreReadAsTheServerReadsThem() throws IOException {
    assertThat(differences(PARAMETERS)).isEmpty();
  }

  /** What the server says of the session, byte by byte. */
  private static List<String> reported(Target target, String... more) throws IOException {
    try (RawClient client = RawClient.logIn(target, more)) {
      return client.greeting().stream()
          .filter(message -> message.type() == 'S')
          .map(message -> new String(message.body(), StandardCharsets.ISO_8859_1))
          .sorted()
          .toList();
    }
  }

  @Test
  void valuesAreReportedInTheEncodingOfTheClient() throws IOException {
    Target direct = SharedPostgres.target().as(ACCENTED, "app");
    Target through = node.target().as(ACCENTED, "app");
    for (String encoding : List.of("UTF8", "LATIN1", "win1252", "LATIN9", "GB18030", "UTF8")) {
      assertThat(reported(through, "client_encoding", encoding))
          .as(encoding)
          .isEqualTo(reported(direct, "client_encoding", encoding));
      assertThat(reported(through, "client_encoding", encoding, "search_path", ACCENTED))
          .as("again, with a path, " + encoding)
          .isEqualTo(reported(direct, "client_encoding", encoding, "search_path", ACCENTED));
    }
  }

  private static String shown(RawClient client, String sql) throws IOException {
    return client.query(sql).stream()
        .filter(message -> message.type() == 'D' || message.type() == 'E')
        .map(message -> new String(message.body(), StandardCharsets.ISO_8859_1))
        .toList()
        .toString();
  }

  /** On another server connection they are set, and statements prepared, by the node. */
  @Test
  void whatASessionHasGoesWithItInItsEncoding() throws IOException {
    for (String encoding : List.of("LATIN1", "UTF8", "WIN1252")) {
      Charset charset = Charset.forName(encoding.replace("WIN", "windows-"));
      try (RawClient client =
          RawClient.logIn(
              node.target().as(ACCENTED, "app"),
              "client_encoding",
              encoding,
              "search_path",
              ACCENTED)) {
        String sql = "PREPARE accented AS SELECT '" + ACCENTED + "', length('" + ACCENTED + "')";
        client.send(Frontend.message('Q', (sql + '\0').getBytes(charset)));
        assertThat(Message.errorIn(client.untilReady())).isNull();
        String path = shown(client, "SHOW search_path");
        String prepared = shown(client, "EXECUTE accented");
        List<String> last =
            node.servers().stream()
                .filter(row -> ACCENTED.equals(row.get("user")))
                .map(row -> row.get("remote_pid"))
                .toList();
        assertThat(last).isNotEmpty();
        SharedPostgres.value(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE usename ="
                + " '"
                + ACCENTED
                + "'");
        // What is sent to a connection that is lost a moment later gets its error.
        Await.until(
            "the node has seen their end",
            () -> node.servers().stream().noneMatch(row -> last.contains(row.get("remote_pid"))));
        assertThat(shown(client, "EXECUTE accented")).as(encoding).isEqualTo(prepared);
        assertThat(shown(client, "SHOW search_path")).as(encoding).isEqualTo(path);
      }
    }
  }

  @Test
  void namesAreCutAsTheServerCutsThem() throws IOException {
    for (String more : List.of("", "n", "x", "nnn", "\u017c")) {
      Target direct = SharedPostgres.target().as(LONG + more, "app").in(LONG + more);
      Target through = node.target().as(LONG + more, "app").in(LONG + more);
      assertThat(answer(through, List.of())).as(more).isEqualTo(answer(direct, List.of()));
      assertThat(answer(through, List.of("database", "")))
          .as("by the name of the user, " + more)
          .isEqualTo(answer(direct, List.of("database", "")));
    }
  }
}
