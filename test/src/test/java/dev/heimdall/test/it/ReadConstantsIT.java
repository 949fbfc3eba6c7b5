package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server reads the constants of a text when it parses it, by the settings of that moment. Clients
 * with other settings who send the same text, over the same server connection, have their own.
 */
class ReadConstantsIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DateStyle|ISO, DMY|SELECT extract(month FROM '01/02/2020'::date)",
        "TimeZone|Asia/Tokyo|SELECT extract(epoch FROM '2020-01-01 00:00'::timestamptz)",
        "IntervalStyle|sql_standard|SELECT extract(hour FROM '-1 10:00:00'::interval)",
        "client_encoding|LATIN1|SELECT length('\u00e9')",
        "array_nulls|off|SELECT array_position('{null}'::text[], 'null')",
        "standard_conforming_strings|off|SELECT length('a\\nb')",
        "transform_null_equals|on|SELECT 1 = NULL"
      })
  void constantsAreReadAsTheirClientHasSet(String setting, String value, String sql)
      throws IOException {
    List<String> expected = tell(SharedPostgres.target(), setting, value, sql);
    assertThat(expected).as("it makes a difference").doesNotHaveDuplicates();
    for (int round = 1; round <= 2; round++) {
      assertThat(tell(node.target(), setting, value, sql))
          .as("round %s", round)
          .isEqualTo(expected);
    }
  }

  /** What is parsed for a client that has changed its mind is of no use to others. */
  @Test
  void aStatementThatMovesIsNotHandedOnAsItWasReadThere() throws IOException {
    String sql = "SELECT extract(month FROM '01/02/2021'::date)";
    try (TestNode two = TestNode.start(c -> c.vdb("pool.size", 2));
        RawClient moving = RawClient.logIn(two.target());
        RawClient holder = RawClient.logIn(two.target());
        RawClient next = RawClient.logIn(two.target())) {
      moving.query("SET DateStyle = 'ISO, DMY'");
      assertThat(answer(moving, parse("p", sql), "p")).contains("[2]");
      moving.query("SET DateStyle = 'ISO, MDY'");
      holder.query("BEGIN"); // has the connection where it was prepared
      holder.query("SELECT 1");
      moving.send(all(bind("", "p"), execute("", 0), sync()));
      moving.untilReady();
      next.query("SET DateStyle = 'ISO, DMY'");
      assertThat(answer(next, parse("q", sql), "q")).contains("[2]");
      assertThat(answer(next, parse("", sql), "")).contains("[2]");
    }
  }

  /** What clients are answered who have set nothing, and who have. */
  private static List<String> tell(Target at, String setting, String value, String sql)
      throws IOException {
    String set = " %s = '%s'".formatted(setting, value);
    try (RawClient plain = RawClient.logIn(at);
        RawClient other = RawClient.logIn(at);
        RawClient local = RawClient.logIn(at)) {
      other.query("SET" + set);
      local.query("BEGIN");
      local.query("SET LOCAL" + set);
      String inTransaction = answers(local, sql);
      local.query("COMMIT");
      List<String> told = new ArrayList<>();
      told.add(answers(plain, sql));
      told.add(answers(other, sql));
      assertThat(inTransaction).isEqualTo(told.get(1));
      assertThat(answers(local, sql)).isEqualTo(told.get(0));
      return told;
    }
  }

  /** Of a statement with a name of its own, and of unnamed ones until they may be kept. */
  private static String answers(RawClient client, String sql) throws IOException {
    String name = "c" + System.nanoTime();
    String first = answer(client, parse(name, sql), name);
    for (int i = 0; i < 3; i++) {
      assertThat(answer(client, parse("", sql), "")).isEqualTo(first);
    }
    return first;
  }

  private static String answer(RawClient client, byte[] parse, String name) throws IOException {
    client.send(all(parse, bind("", name), execute("", 0), sync()));
    StringBuilder answer = new StringBuilder();
    for (Message message : client.untilReady()) {
      if (message.type() == 'D' || message.type() == 'E') {
        answer.append(message);
      }
    }
    return answer.toString();
  }
}
