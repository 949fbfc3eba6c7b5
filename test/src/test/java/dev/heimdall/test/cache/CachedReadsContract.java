package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the cache serves, and what rules say of it, whatever the engine: a table {@link #table} with
 * the names {@code one} and {@code two}. A write past the node shows a hit.
 *
 * @param <C> clients of the engine
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CachedReadsContract<C extends WireClient> {
  private static final List<String> RULES =
      List.of(
          "{\"match\": \"shared_by_all\", \"action\": \"cache\","
              + " \"parameters\": {\"shared\": true, \"stop\": true}}",
          "{\"match\": \"never_this\", \"action\": \"nocache\"}",
          "{\"match\": \"for_a_moment\", \"action\": \"cache\","
              + " \"parameters\": {\"ttl\": 1, \"stop\": true}}",
          "{\"match\": \"though_it_changes\", \"action\": \"cache\","
              + " \"parameters\": {\"unconditional\": true, \"stop\": true}}",
          "{\"match\": \"only_compared\", \"action\": \"cache\","
              + " \"parameters\": {\"revalidateOnly\": true, \"stop\": true}}",
          "{\"match\": \"kept_fresh\", \"action\": \"cache\", \"parameters\":"
              + " {\"autoRefresh\": true, \"ttl\": 1000, \"stop\": true}}",
          "{\"match\": \"leaves_all\", \"action\": \"tag\","
              + " \"parameters\": {\"invalidate\": false}}",
          "{\"match\": \"leaves_young\", \"action\": \"tag\","
              + " \"parameters\": {\"olderthan\": 3600000}}",
          "{\"match\": \"leaves_no_old\", \"action\": \"tag\","
              + " \"parameters\": {\"olderthan\": 1}}");

  /**
   * The rules that the tests need, and more.
   *
   * @param more the last of which caches whatever it can
   */
  static String[] rules(String... more) {
    return Stream.concat(RULES.stream(), Stream.of(more)).toArray(String[]::new);
  }

  /** The name of the table. */
  abstract String table();

  /** The same as the catalogue spells it, with another one that is not written. */
  abstract String inFull();

  abstract String anotherInFull();

  abstract RunningNode node();

  /** An operator's, who is a client all the same. */
  abstract C admin() throws IOException;

  abstract void run(C client, String sql) throws IOException;

  abstract void past(String sql) throws IOException, SQLException;

  private String read() {
    return read("name");
  }

  /** The first row's name, called otherwise. */
  private String read(String name) {
    return "SELECT name AS " + name + " FROM " + table() + " WHERE id = 1";
  }

  /** Of rows that are not told by their key. */
  private String writes(String alias, String value) {
    return "UPDATE " + table() + " AS " + alias + " SET name = '" + value + "' WHERE id + 0 = 2";
  }

  private void renamedPast(String name) throws IOException, SQLException {
    past("UPDATE " + table() + " SET name = '" + name + "' WHERE id = 1");
  }

  private long figure(String column) {
    return Long.parseLong(node().admin("SHOW CACHE").get(0).get(column));
  }

  /** Made past the node, so that its catalogue does not have it. */
  @Test
  void callingANewFunctionLeavesTheSessionItsCache() throws IOException, SQLException {
    String read = "SELECT name AS behind_a_call FROM %s WHERE id = 1".formatted(table());
    past(madeFunction());
    try (C client = admin()) {
      run(client, "SELECT made_now()");
      Await.until(
          "the catalogue was read again, and the session is not pinned",
          () -> {
            client.value(read);
            return "yes".equals(client.queryInfo().get("cached"));
          });
    } finally {
      past("DROP FUNCTION made_now");
    }
  }

  /** The catalogue may need longer than a statement waits for it: one of a few calls is enough. */
  @Test
  void callingANewFunctionDoesNotPinTheSession() throws IOException, SQLException {
    List<Double> pins = new ArrayList<>();
    for (int i = 0; i < 5 && !pins.contains(0.0); i++) {
      String name = "made_now_" + i;
      try (C client = admin()) {
        double before = node().metricOrZero("heimdall_pins_total");
        past(madeFunction().replace("made_now", name));
        run(client, "SELECT " + name + "()");
        pins.add(node().metricOrZero("heimdall_pins_total") - before);
      } finally {
        past("DROP FUNCTION " + name);
      }
    }
    assertThat(pins).contains(0.0);
  }

  @Test
  void whoIsNoAdministratorSeesHowItsOwnStatementsFared() throws IOException, SQLException {
    String read = "SELECT name AS for_all FROM %s WHERE id = 1".formatted(table());
    try (C client = client()) {
      client.value(read);
      client.value(read);
      assertThat(client.queryInfo())
          .containsEntry("cached", "yes")
          .doesNotContainKey("tables read");
    }
  }

  /** Of a user who is no administrator. */
  abstract C client() throws IOException;

  /** SQL that makes made_now(), which returns a number. */
  abstract String madeFunction();

  @Test
  void aResultIsServedUntilItsTableIsWritten() throws IOException, SQLException {
    try (C client = admin();
        C other = admin()) {
      assertThat(client.value(read())).isEqualTo("one");
      renamedPast("past the node");
      assertThat(client.value(read())).isEqualTo("one");
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
      run(other, writes("it", "two again"));
      assertThat(client.value(read())).isEqualTo("past the node");
      assertThat(client.queryInfo()).containsEntry("cached", "no: it was not there");
      assertThat(client.value(read())).isEqualTo("past the node");
      assertThat(client.queryInfo()).containsEntry("cached", "yes");
    }
  }

  @Test
  void whatATransactionWritesCountsWhenItIsCommitted() throws IOException {
    String write = "UPDATE " + table() + " SET name = '%s' WHERE id = 1";
    try (C writer = admin();
        C reader = admin()) {
      assertThat(reader.value(read())).isEqualTo("one");
      run(writer, "BEGIN");
      run(writer, write.formatted("uncommitted"));
      assertThat(writer.value(read())).isEqualTo("uncommitted");
      assertThat(reader.value(read())).isEqualTo("one");
      run(writer, "ROLLBACK");
      assertThat(reader.value(read())).isEqualTo("one");
      run(writer, "BEGIN");
      run(writer, write.formatted("committed"));
      run(writer, "COMMIT");
      assertThat(reader.value(read())).isEqualTo("committed");
      assertThat(writer.value(read())).isEqualTo("committed");
    }
  }

  @Test
  void rulesSayWhatIsCachedAndForHowLong() throws IOException, SQLException {
    try (C client = admin()) {
      run(client, read("never_this"));
      run(client, read("never_this"));
      assertThat(client.queryInfo()).doesNotContainKey("cached");
      assertThat(client.value(read("for_a_moment"))).isEqualTo("one");
      renamedPast("past the node");
      Await.until(
          "its time is over", () -> client.value(read("for_a_moment")).equals("past the node"));
    }
  }

  @Test
  void operatorsSeeAndFlushIt() throws IOException, SQLException {
    try (C client = admin()) {
      assertThat(client.value(read())).isEqualTo("one");
      long before = figure("hits");
      assertThat(client.value(read())).isEqualTo("one");
      assertThat(figure("hits")).isEqualTo(before + 1);
      renamedPast("past the node");
      run(client, "FLUSH CACHE " + anotherInFull());
      assertThat(client.value(read())).isEqualTo("one");
      run(client, "FLUSH CACHE " + inFull());
      assertThat(client.value(read())).isEqualTo("past the node");
      renamedPast("again");
      run(client, "FLUSH CACHE");
      assertThat(client.value(read())).isEqualTo("again");
    }
  }

  @Test
  void aRuleMayHaveResultsComparedOnly() throws IOException, SQLException {
    String read = read("only_compared");
    try (C client = admin();
        LoggedLines lines = LoggedLines.of("heimdall.query")) {
      long different = figure("different");
      assertThat(client.value(read)).isEqualTo("one");
      Await.until(
          "what is kept was the same; nothing is, while the catalogue is read again after a test",
          () -> {
            long before = figure("same");
            assertThat(client.value(read)).isEqualTo("one");
            return figure("same") == before + 1;
          });
      long same = figure("same");
      assertThat(client.queryInfo().get("cached"))
          .startsWith("no: a rule has what is kept compared");
      renamedPast("past the node");
      assertThat(client.value(read)).isEqualTo("past the node");
      assertThat(figure("different")).isEqualTo(different + 1);
      assertThat(lines.beginningWith("WARN cached result differs"))
          .singleElement()
          .asString()
          .contains("kept_sha256=", "answered_sha256=", table())
          .doesNotContain("past the node", "SELECT");
      assertThat(client.value(read)).isEqualTo("past the node");
      run(client, "UPDATE " + table() + " SET name = 'through it' WHERE id = 1");
      assertThat(client.value(read)).isEqualTo("through it");
      assertThat(figure("same")).isEqualTo(same + 1);
      assertThat(figure("different")).isEqualTo(different + 1);
    }
  }

  @Test
  void aResultIsFetchedAnewBeforeItsTimeIsOver() throws IOException, SQLException {
    String read = read("kept_fresh");
    try (C client = admin()) {
      assertThat(client.value(read)).isEqualTo("one");
      renamedPast("past the node");
      Await.until(
          "its time is nearly over",
          () -> {
            run(client, read);
            return client.queryInfo().get("cached").startsWith("no: its time is nearly over");
          });
      assertThat(client.value(read)).isEqualTo("past the node");
    }
  }

  /** A write past the node shows what it still serves. */
  @ParameterizedTest
  @ValueSource(strings = {"leaves_all", "leaves_young"})
  void rulesMayLeaveResultsOfWhatIsWritten(String rule) throws IOException, SQLException {
    try (C client = admin();
        C writer = admin()) {
      for (List<String> around : List.of(List.<String>of(), List.of("BEGIN", "COMMIT"))) {
        run(writer, "UPDATE " + table() + " SET name = 'one' WHERE id = 1");
        assertThat(client.value(read())).isEqualTo("one");
        renamedPast("past the node");
        if (!around.isEmpty()) {
          run(writer, around.get(0));
        }
        run(writer, writes(rule, "left"));
        if (!around.isEmpty()) {
          run(writer, around.get(1));
        }
        assertThat(client.value(read())).isEqualTo("one");
        run(writer, writes("it", "written"));
        assertThat(client.value(read())).isEqualTo("past the node");
      }
    }
  }

  @Test
  void oneWriteOfATransactionThatLeavesNothingLeavesNothing() throws IOException, SQLException {
    try (C client = admin();
        C writer = admin()) {
      String before = "one";
      for (String first : List.of("it", "leaves_all")) {
        assertThat(client.value(read())).isEqualTo(before);
        before = "past by " + first;
        renamedPast(before);
        run(writer, "BEGIN");
        run(writer, writes(first, "a"));
        run(writer, writes(first.equals("it") ? "leaves_all" : "it", "b"));
        run(writer, "COMMIT");
        assertThat(client.value(read())).isEqualTo(before);
      }
    }
  }

  @Test
  void whatIsOlderThanARuleLeavesIsNotServed() throws IOException, SQLException {
    try (C client = admin();
        C writer = admin()) {
      assertThat(client.value(read())).isEqualTo("one");
      renamedPast("past the node");
      Await.until(
          "it is older than a millisecond",
          () -> {
            run(writer, writes("leaves_no_old", "written"));
            return client.value(read()).equals("past the node");
          });
    }
  }
}
