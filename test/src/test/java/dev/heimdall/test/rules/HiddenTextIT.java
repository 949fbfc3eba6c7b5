package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A statement hides behind quotes that end elsewhere once a setting was changed, by whatever route
 * and however late that is known: rules, pins and the cache see it all the same.
 */
@Tag("ci")
class HiddenTextIT {
  /** Runs where backslashes are escapes; elsewhere it is a literal. */
  private static final String IF_OFF = "SELECT '\\'' , %s --'";

  /** Runs where they are not; elsewhere it is a literal. */
  private static final String IF_ON = "SELECT '\\' , %s --'";

  private static final String READS = "(SELECT count(*) FROM hidden_orders)";
  private static final String LOCKS = "(SELECT 1 FROM pg_advisory_lock(4711))";
  private static final String MINE =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";

  private static TestNode ruled;
  private static TestNode plain;

  @BeforeAll
  static void start() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      for (String ddl :
          List.of(
              "CREATE TABLE hidden_orders (a int)",
              "CREATE FUNCTION strings(v text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN set_config('standard_conforming_strings', v, true); END $$",
              "CREATE FUNCTION strings_for_good(v text) RETURNS text LANGUAGE plpgsql AS"
                  + " $$ BEGIN RETURN set_config('standard_conforming_strings', v, false); END $$",
              "CREATE FUNCTION strings_local() RETURNS int LANGUAGE plpgsql AS"
                  + " $$ BEGIN SET LOCAL standard_conforming_strings = off; RETURN 1; END $$",
              "CREATE PROCEDURE strings_called() LANGUAGE plpgsql AS"
                  + " $$ BEGIN SET LOCAL standard_conforming_strings = off; END $$")) {
        assertThat(Replies.simple(direct, ddl).state()).as(ddl).isEqualTo("00000");
      }
    }
    ruled = guarded();
    plain = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 2));
  }

  private static TestNode guarded() {
    return TestNode.start(
        c ->
            c.node("loops", 1)
                .vdb("pool.size", 2)
                .vdb("rules", List.of("guard"))
                .rules(
                    "guard",
                    "{\"match\": \"tables:${catalog}.hidden_orders\", \"action\": \"drop\"}"));
  }

  @AfterAll
  static void stop() throws IOException {
    ruled.close();
    plain.close();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("DROP TABLE hidden_orders");
      direct.query("DROP FUNCTION strings, strings_for_good, strings_local");
      direct.query("DROP PROCEDURE strings_called");
    }
  }

  /** How the last statements of a route come. */
  private enum Grouping {
    /** Each after the answer to the one before, as queries. */
    ONE_BY_ONE,
    /** As queries, before any is answered. */
    QUERIES,
    /** As batches, before any is answered. */
    BATCHES,
    /** In one batch. */
    BATCH;

    void send(RawClient client, List<String> statements) throws IOException {
      List<byte[]> messages = new ArrayList<>();
      for (String sql : statements) {
        messages.add(this == QUERIES ? query(sql) : statement(sql));
        if (this == BATCHES) {
          messages.add(sync());
        }
      }
      if (this == BATCH) {
        messages.add(sync());
      }
      client.send(messages.toArray(byte[][]::new));
    }

    List<Message> run(RawClient client, List<String> statements) throws IOException {
      List<Message> replies = new ArrayList<>();
      if (this == ONE_BY_ONE) {
        for (String sql : statements) {
          replies.addAll(client.query(sql));
        }
        return replies;
      }
      send(client, statements);
      for (int i = this == BATCH ? 1 : statements.size(); i > 0; i--) {
        replies.addAll(client.untilReady());
      }
      return replies;
    }
  }

  private static boolean refused(List<Message> replies) {
    return replies.stream().anyMatch(m -> m.type() == 'E' && m.sqlState().equals("42501"));
  }

  /** What precedes, one by one, and then what comes together with the text, which runs. */
  private static void check(
      String text, Grouping together, List<String> before, List<String> with, String... startup)
      throws IOException {
    String reading = text.formatted(READS);
    String locking = text.formatted(LOCKS);
    boolean blocks = before.toString().contains("DO $$") || with.toString().contains("DO $$");
    if (!blocks) { // which a list with rules about tables refuses itself
      checkRefused(reading, together, before, with, startup);
    }
    try (RawClient client = RawClient.logIn(plain.target(), startup)) {
      for (String sql : before) {
        client.query(sql);
      }
      List<String> all = new ArrayList<>(with);
      all.add(locking);
      List<Message> replies = together.run(client, all);
      assertThat(Message.errorIn(replies)).as("%s", replies).isNull();
      if (client.query("COMMIT").isEmpty()) {
        throw new AssertionError();
      }
      assertThat(plain.pinReason(client)).as("pinned").isNotNull();
      assertThat(client.value(MINE)).as("the text has run").isEqualTo("1");
      nobodyElseHasIt();
    }
    nobodyElseHasIt();
  }

  private static void checkRefused(
      String text, Grouping together, List<String> before, List<String> with, String... startup)
      throws IOException {
    try (RawClient client = RawClient.logIn(ruled.target(), startup)) {
      for (String sql : before) {
        assertThat(Message.errorIn(client.query(sql))).as(sql).isNull();
      }
      List<String> all = new ArrayList<>(with);
      all.add(text);
      List<Message> replies = together.run(client, all);
      assertThat(refused(replies)).as("refused: %s in %s", text, replies).isTrue();
    }
  }

  private static void nobodyElseHasIt() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (RawClient other = RawClient.logIn(plain.target())) {
        assertThat(other.value(MINE)).as("the next user's locks").isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET standard_conforming_strings = off",
        "SET LOCAL standard_conforming_strings = off",
        "SET SESSION \"Standard_Conforming_Strings\" TO 'off'",
        "SELECT set_config('standard_conforming_strings', 'off', true)",
        "SELECT set_config('standard_conforming_strings', 'off', false)",
        "SELECT set_config('standard_' || 'conforming_strings', 'off', true)",
        "SELECT strings('off')",
        "SELECT strings_for_good('off')",
        "SELECT strings_local()",
        "CALL strings_called()",
        "DO $$ BEGIN PERFORM strings('off'); END $$",
        "DO $$ BEGIN SET LOCAL standard_conforming_strings = off; END $$"
      })
  void aTextThatRunsWhereBackslashesEscapeIsSeen(String change) throws IOException {
    check(IF_OFF, Grouping.ONE_BY_ONE, List.of("BEGIN", change), List.of());
    check(IF_OFF, Grouping.ONE_BY_ONE, List.of("BEGIN", "SAVEPOINT s", change), List.of());
    for (Grouping together : List.of(Grouping.QUERIES, Grouping.BATCHES, Grouping.BATCH)) {
      check(IF_OFF, together, List.of("BEGIN"), List.of(change));
      check(IF_OFF, together, List.of(), List.of("BEGIN", change));
    }
    check(IF_OFF, Grouping.BATCH, List.of(), List.of(change));
  }

  @Test
  void oneThatWasChangedForTheSessionIsSeenAtOnce() throws IOException {
    String change = "SET standard_conforming_strings = off";
    check(IF_OFF, Grouping.ONE_BY_ONE, List.of(change), List.of());
    check(IF_OFF, Grouping.QUERIES, List.of(), List.of(change));
    check(IF_OFF, Grouping.BATCHES, List.of(), List.of(change));
    check(IF_OFF, Grouping.ONE_BY_ONE, List.of("BEGIN; " + change), List.of());
    check(IF_OFF, Grouping.QUERIES, List.of(), List.of("BEGIN; " + change));
  }

  @Test
  void oneThatIsBackAfterASavepointIsSeen() throws IOException {
    List<String> before =
        List.of(
            "BEGIN",
            "SET LOCAL standard_conforming_strings = off",
            "SAVEPOINT s",
            "SET standard_conforming_strings = on");
    check(IF_ON, Grouping.ONE_BY_ONE, before, List.of());
    for (Grouping together : Grouping.values()) {
      check(IF_OFF, together, before, List.of("ROLLBACK TO s"));
    }
  }

  @Test
  void theOtherWayRoundTheTextIsSeenToo() throws IOException {
    String[] off = {"standard_conforming_strings", "off"};
    check(IF_OFF, Grouping.ONE_BY_ONE, List.of(), List.of(), off);
    check(
        IF_OFF,
        Grouping.ONE_BY_ONE,
        List.of(),
        List.of(),
        "options",
        "-c " + String.join("=", off));
    for (Grouping together : Grouping.values()) {
      check(IF_ON, together, List.of("BEGIN"), List.of("SET standard_conforming_strings=on"), off);
      check(
          IF_ON,
          together,
          List.of("BEGIN"),
          List.of("SELECT set_config('standard_conforming_strings', 'on', true)"),
          off);
      check(IF_ON, together, List.of("BEGIN"), List.of("SELECT strings('on')"), off);
      check(
          IF_OFF,
          together,
          List.of("BEGIN", "SET standard_conforming_strings = on"),
          List.of("ROLLBACK"),
          off);
      check(
          IF_ON,
          together,
          List.of(
              "SET standard_conforming_strings = on",
              "BEGIN",
              "SET LOCAL standard_conforming_strings = off"),
          List.of("COMMIT"),
          off);
    }
    check(IF_ON, Grouping.BATCH, List.of(), List.of("SET standard_conforming_strings = on"), off);
  }

  @Test
  void aTransactionThatFailsPutsItBack() throws IOException {
    try (RawClient client = RawClient.logIn(ruled.target())) {
      client.query("BEGIN");
      client.query("SET standard_conforming_strings = off");
      String text = "ROLLBACK; " + IF_ON.formatted(READS);
      client.send(query("SELECT 1/0"), query(text));
      List<Message> replies = new ArrayList<>(client.untilReady());
      replies.addAll(client.untilReady());
      assertThat(replies).noneMatch(m -> m.type() == 'D');
    }
  }

  @Test
  void aRolesOwnDefaultIsKnown() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("ALTER ROLE app IN DATABASE app SET standard_conforming_strings = off");
    }
    try (TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .vdb("rules", List.of("guard"))
                        .rules(
                            "guard",
                            "{\"match\": \"tables:${catalog}.hidden_orders\", \"action\":"
                                + " \"drop\"}"));
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(refused(client.query(IF_OFF.formatted(READS)))).isTrue();
      assertThat(refused(Replies.batch(client, IF_OFF.formatted(READS)).messages())).isTrue();
      assertThat(refused(client.query(IF_ON.formatted(READS)))).isFalse();
      client.query("SET standard_conforming_strings = on");
      assertThat(refused(client.query(IF_ON.formatted(READS)))).isTrue();
      client.query("RESET standard_conforming_strings");
      assertThat(refused(client.query(IF_OFF.formatted(READS)))).isTrue();
    } finally {
      try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
        direct.query("ALTER ROLE app IN DATABASE app RESET standard_conforming_strings");
      }
    }
  }

  @Test
  void aDefaultThatChangesWhileTheNodeRunsIsKnown() throws IOException {
    try (TestNode node = guarded()) {
      try (RawClient first = RawClient.logIn(node.target());
          RawClient client = RawClient.logIn(node.target());
          RawClient direct = RawClient.logIn(SharedPostgres.target())) {
        first.query("BEGIN"); // has the only connection
        first.query("SELECT 1");
        direct.query("ALTER ROLE app IN DATABASE app SET standard_conforming_strings = off");
        for (int i = 0; i < 3; i++) {
          assertThat(client.query(IF_OFF.formatted(READS))).noneMatch(m -> m.type() == 'D');
          assertThat(Replies.batch(client, IF_OFF.formatted(READS)).messages())
              .noneMatch(m -> m.type() == 'D');
        }
      } finally {
        try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
          direct.query("ALTER ROLE app IN DATABASE app RESET standard_conforming_strings");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsPreparedMayBeReadOtherwiseWhereItIsPreparedAnew(boolean sql) throws IOException {
    for (boolean locks : List.of(false, true)) {
      TestNode node = locks ? plain : ruled;
      String text = IF_OFF.formatted(locks ? LOCKS : READS);
      try (RawClient holder = RawClient.logIn(node.target());
          RawClient client = RawClient.logIn(node.target())) {
        if (sql) {
          assertThat(Message.errorIn(client.query("PREPARE hidden AS " + text))).isNull();
        } else {
          client.send(parse("hidden", text), sync());
          assertThat(Message.errorIn(client.untilReady())).isNull();
        }
        holder.query("BEGIN");
        holder.query("SELECT 1"); // has the connection that has the statement
        client.query("SET standard_conforming_strings = off");
        List<Message> replies;
        if (sql) {
          replies = client.query("EXECUTE hidden");
        } else {
          client.send(bind("", "hidden"), execute("", 0), sync());
          replies = client.untilReady();
        }
        if (!locks) {
          assertThat(replies.stream().filter(m -> m.type() == 'D'))
              .allMatch(m -> m.columns().size() == 1);
        } else {
          holder.query("COMMIT");
          if (!client.value(MINE).equals("0")) {
            assertThat(node.pinReason(client)).isNotNull();
          }
          assertThat(holder.value(MINE)).isEqualTo("0");
        }
      }
      if (locks) {
        nobodyElseHasIt();
      }
    }
  }

  /** It was looked at before; a connection that is made since then reads it by the new default. */
  @ParameterizedTest
  @ValueSource(strings = {"SQL", "SQL in a batch", "protocol"})
  void whatWasPreparedBeforeADefaultHasChangedIsReadAsItWasThen(String by) throws IOException {
    try (TestNode node = guarded();
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target());
        RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      String text = IF_OFF.formatted(READS);
      if (!by.equals("protocol")) {
        assertThat(Message.errorIn(client.query("PREPARE hidden AS " + text))).isNull();
      } else {
        client.send(parse("hidden", text), sync());
        assertThat(Message.errorIn(client.untilReady())).isNull();
      }
      holder.query("BEGIN");
      holder.query("SELECT 1"); // has the connection that has the statement
      direct.query("ALTER ROLE app IN DATABASE app SET standard_conforming_strings = off");
      try {
        for (int i = 0; i < 3; i++) {
          switch (by) {
            case "SQL" -> client.send(query("EXECUTE hidden"));
            case "protocol" -> client.send(bind("", "hidden"), execute("", 0), sync());
            default -> client.send(statement("EXECUTE hidden"), sync());
          }
          List<Message> replies = client.untilReady();
          assertThat(replies.stream().filter(m -> m.type() == 'D'))
              .as("%s", replies)
              .allMatch(m -> m.columns().size() == 1);
        }
      } finally {
        direct.query("ALTER ROLE app IN DATABASE app RESET standard_conforming_strings");
      }
    }
  }

  private static byte[] queryInSjis(String sql) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (char c : sql.toCharArray()) {
      if (c == '\u30bd') {
        body.write(0x83);
        body.write(0x5c); // looks like a backslash
      } else {
        body.write(c);
      }
    }
    body.write(0);
    return message('Q', body.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET client_encoding = 'SJIS'",
        "SET LOCAL client_encoding = 'SJIS'",
        "SET NAMES 'SJIS'",
        "SET LOCAL NAMES 'SJIS'",
        "SELECT set_config('client_encoding', 'SJIS', true)"
      })
  void aCharacterWithABackslashInItHidesNothing(String change) throws IOException {
    for (boolean pipelined : List.of(false, true)) {
      for (boolean inside : List.of(false, true)) {
        if (!inside && change.matches(".*(LOCAL|true).*")) {
          continue;
        }
        try (RawClient client = RawClient.logIn(ruled.target())) {
          if (inside) {
            client.query("BEGIN");
          }
          byte[] text = queryInSjis("SELECT E'\u30bd' , " + READS + " --'");
          if (pipelined) {
            client.send(query(change), text);
            client.untilReady();
          } else {
            assertThat(Message.errorIn(client.query(change))).isNull();
            client.send(text);
          }
          assertThat(refused(client.untilReady())).as(change).isTrue();
        }
      }
    }
  }

  @Test
  void aNameInAnotherEncodingIsNotMistaken() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      direct.query("CREATE TABLE hidden_\u00fcber (a int)");
    }
    try (TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .vdb("rules", List.of("guard"))
                        .rules(
                            "guard",
                            "{\"match\": \"tables:${catalog}.hidden_\u00fcber\","
                                + " \"action\": \"drop\"}"));
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(refused(client.query("SELECT * FROM hidden_\u00fcber"))).isTrue();
      client.query("SET client_encoding = 'LATIN1'");
      byte[] text = "SELECT * FROM hidden_\u00fcber\0".getBytes(StandardCharsets.ISO_8859_1);
      client.send(message('Q', text));
      assertThat(refused(client.untilReady())).isTrue();
      text = "SELECT '\u00fc' FROM pg_class LIMIT 1\0".getBytes(StandardCharsets.ISO_8859_1);
      client.send(message('Q', text));
      assertThat(refused(client.untilReady())).as("values are no names").isFalse();
    } finally {
      try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
        direct.query("DROP TABLE hidden_\u00fcber");
      }
    }
  }

  @Test
  void whatReadsTheSameInEachWayIsNobodysBusiness() throws IOException {
    try (RawClient client = RawClient.logIn(ruled.target())) {
      client.query("BEGIN");
      client.send(
          query("SET standard_conforming_strings = off"),
          query("SELECT 'it''s', E'\\'' , $$\\$$, count(*) FROM pg_class"));
      client.untilReady();
      assertThat(refused(client.untilReady())).isFalse();
      client.query("COMMIT");
      client.send(all(statement("SELECT 1"), sync()));
      client.untilReady();
      assertThat(ruled.pinReason(client)).isNull();
    }
  }
}
