package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL keeps the contracts of all dialects. */
class PostgresContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new PostgresKit());
    }
  }

  @Nested
  @Tag("ci")
  class Judged extends JudgedAlikeContract {
    Judged() {
      super(new PostgresKit());
    }

    @Override
    protected String differs(String treatment, String standing, String spelling) {
      return PostgresSpellings.differs(treatment, standing, spelling);
    }

    @Test
    void whatIsRepeated() {
      isRepeated();
    }

    @Test
    void calls() {
      isCalled("CALL %s()");
    }

    @Test
    void whatWasParsedWithoutANameBeforeThereWereRules() {
      start(KitSettings.of(ONE_CONNECTION), "");
      KitClient ann = client("ann");
      ann.send(
          out -> {
            SimulatedClient.parse(out, "", words.reading("secret"));
            SimulatedClient.sync(out);
          });
      ann.told();

      reload("{\"match\": \"secret\", \"action\": \"drop\"}");
      ann.send(
          out -> {
            SimulatedClient.run(out, "");
            SimulatedClient.sync(out);
          });

      assertThat(ann.told()).containsExactly("error 42501");
      assertThat(carriedOut(words.reading("secret"))).isZero();
    }
  }

  @Nested
  class LostTransactions extends LostTransactionContract {
    LostTransactions() {
      super(new PostgresKit(), "error 40001");
    }
  }

  @Nested
  class Cancels extends CancelContract {
    Cancels() {
      super(new PostgresKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new PostgresKit());
    }
  }

  @Nested
  class CachedTransactions extends MovedCachedTransactionsContract {
    CachedTransactions() {
      super(new PostgresKit());
    }

    private SimulatedServers simulated() {
      return (SimulatedServers) servers();
    }

    /** Once it is known what its server makes of a BEGIN that says nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theServerIsAskedOnceForAllTransactionsThatNameNoLevel(boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann");
      readsFromServer(ann, "none");

      for (int atServer = 1; atServer >= 0; atServer--) {
        answers(ann, "BEGIN", "open");
        reads(ann, "none", "open", atServer);
        reads(ann, "none", "open", 0);
        reads(ann, "none", "open", 0);
        assertThat(carriedOut("SHOW transaction_isolation")).isEqualTo(1);
        answers(ann, "COMMIT", "idle");
      }

      answers(ann, "SET default_transaction_isolation = 'repeatable read'", "idle");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
      answers(ann, words.writing("one"), "open");
      answers(ann, "COMMIT", "idle");
      readsFromServer(ann, "one");
    }

    @Test
    void whatATransactionReadsIsKeptWhenItsServerHasSaidWhichSnapshotsItReads() {
      startCached();
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 1);

      readsFromCache(bob, "none");
    }

    @Test
    void nothingIsKeptOfASnapshotThatNobodyHasAskedFor() {
      startCached();
      simulated().isolate("repeatable read");
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      answers(ann, "SELECT last, 1 FROM log", "row none", "open");
      answers(bob, words.writing("one"), "idle");
      reads(ann, "none", "open", 1);

      readsFromServer(bob, "one");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "BEGIN ISOLATION LEVEL READ COMMITTED",
          "begin transaction read only, isolation level  read uncommitted",
          "START TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY"
        })
    void aBeginThatSaysSoIsBelieved(String begin) {
      startCached("", ", \"delayedTransaction\": true");
      simulated().isolate("repeatable read");
      KitClient ann = client("ann");
      readsFromServer(ann, "none");

      answers(ann, begin, "open");
      reads(ann, "none", "open", 0);
      answers(ann, "COMMIT", "idle");
      assertThat(carriedOut(begin)).isZero();
    }

    @Test
    void aServerThatSaysNeitherIsAskedOnce() {
      startCached();
      simulated().isolate("of its own");
      KitClient ann = client("ann");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");

      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
      assertThat(carriedOut("SHOW transaction_isolation")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
      "BEGIN ISOLATION LEVEL REPEATABLE READ, false",
      "BEGIN ISOLATION LEVEL REPEATABLE READ, true",
      "BEGIN ISOLATION LEVEL SERIALIZABLE /* ISOLATION LEVEL READ COMMITTED */, true",
      "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE, true"
    })
    void aBeginThatSaysOtherwiseIsBelieved(String begin, boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      simulated().isolate("serializable");
      KitClient ann = client("ann");
      readsFromServer(ann, "none");

      answers(ann, begin, "open");
      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
    }

    /** The second one changes nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofTwoBeginsNeitherIsBelieved(boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN ISOLATION LEVEL SERIALIZABLE", "open");
      answers(ann, "BEGIN", "open");

      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
    }

    @Test
    void aTransactionThatSetsItsLevelReadsFromItsServer() {
      startCached();
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      for (String set :
          List.of(
              "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
              "SET LOCAL my.who = 'eve'",
              "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE")) {
        answers(ann, "BEGIN", "open");
        ann.asks(set);
        long before = carriedOut(table.last());
        ann.asks(table.last());
        ann.asks(table.last());
        assertThat(carriedOut(table.last())).as(set).isEqualTo(before + 2);
        answers(ann, "ROLLBACK", "idle");
      }
    }

    @Test
    void aTransactionThatHasFailedStaysSo() {
      startCached();
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 0);
      answers(ann, "SELECT 1/0 FROM log", "error 22012");

      answers(ann, table.last(), "error 25P02");
      answers(ann, "ROLLBACK", "idle");
      readsFromCache(ann, "none");
    }

    /** The next server has a default of its own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerIsAskedAgainByATransactionThatIsRunAgain(boolean delayed) {
      startCached(
          "", ", \"transactionReplay\": {\"enabled\": true}, \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 1);

      simulated().isolate("repeatable read");
      servers().open().forEach(KitSession::kill);
      answers(ann, "SELECT it", "row it", "open");
      answers(bob, words.writing("one"), "idle");
      readsFromServer(bob, "one");

      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
      readsFromCache(bob, "one");
    }

    /** To the server it comes before any query. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noLevelIsSetBehindAReadThatWasServed(boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann", "read committed");
      ann.prepare(1, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
      ann.told();
      readsFromServer(ann, "none");
      for (boolean prepared : List.of(false, true)) {
        answers(ann, "BEGIN", "open");
        reads(ann, "none", "open", 0);
        sends(ann, prepared, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");

        assertThat(ann.told()).containsExactly("error 25001");
        answers(ann, table.last(), "error 25P02");
        answers(ann, "ROLLBACK", "idle");
        assertThat(carriedOut("SELECT 1")).isEqualTo(prepared ? 2 : 1);
      }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLevelIsSetAheadOfTheFirstRead(boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 0);
      answers(ann, "COMMIT", "idle");
      answers(ann, "BEGIN", "open");

      answers(ann, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "open");

      reads(ann, "none", "open", 1);
      assertThat(carriedOut("SELECT 1")).isZero();
    }

    /** The node's own query is a part of that, too. */
    @Test
    void whatIsSetBehindAReadThatWasServedMayBeCancelled() {
      startCached();
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 0);
      simulated().failNext("select 1", "57014");

      answers(ann, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "error 57014");
    }

    /** A cancel or a time limit hits what the node asks ahead of the client's statement. */
    @ParameterizedTest
    @CsvSource({"57014, false", "57014, true", "40001, false", "53200, true"})
    void itsReadFailsAsWhatTheServerIsAskedAheadOfIt(String state, boolean delayed) {
      startCached("", ", \"delayedTransaction\": " + delayed);
      KitClient ann = client("ann");
      ann.prepare(1, table.last());
      ann.told();
      for (boolean prepared : List.of(false, true)) {
        simulated().failNext("show", state);
        answers(ann, "BEGIN", "open");

        sends(ann, prepared, table.last());

        assertThat(ann.told()).containsExactly("error " + state);
        answers(ann, table.last(), "error 25P02");
        answers(ann, "ROLLBACK", "idle");
      }
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 0);
    }

    /** Only the first one meets what has failed. */
    @Test
    void whatIsSentBehindAReadThatFailsSoFailsAsEver() {
      startCached();
      KitClient ann = client("ann");
      simulated().failNext("show", "57014");
      answers(ann, "BEGIN", "open");
      servers().hold(true);
      ann.sends(table.last());
      ann.sends(words.writing("one"));
      ann.sends("ROLLBACK");
      ann.sends("BEGIN");
      ann.sends("SELECT 1/0 FROM log");
      ann.sends(table.last());
      servers().hold(false);

      assertThat(ann.told())
          .containsExactly(
              "error 57014", "error 25P02", "idle", "open", "error 22012", "error 25P02");
    }

    /** It hears the same as one whose server is not asked. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itsServerIsLostAmidWhatItIsAsked(boolean prepared) {
      startCached();
      List<String> lost = losing("BEGIN ISOLATION LEVEL READ COMMITTED", prepared, 0);
      assertThat(lost).hasSize(3).first().asString().startsWith("error ");

      for (int bytes = 0; bytes <= 41; bytes++) { // the answer to SHOW
        assertThat(losing("BEGIN", prepared, bytes)).as("behind %d bytes", bytes).isEqualTo(lost);
      }
    }

    /** As text, or as its first prepared statement. */
    private static void sends(KitClient client, boolean prepared, String sql) {
      if (prepared) {
        client.execute(1);
      } else {
        client.sends(sql);
      }
    }

    /** What it hears of a read, of another one, and of its ROLLBACK. */
    private List<String> losing(String begin, boolean prepared, int bytes) {
      KitClient ann = client("ann");
      ann.prepare(1, table.last());
      ann.told();
      answers(ann, begin, "open");
      servers().cutNext(bytes);
      sends(ann, prepared, table.last());
      List<String> heard = new ArrayList<>(ann.told());
      heard.addAll(ann.asks(table.last()));
      heard.addAll(ann.asks("ROLLBACK"));
      ann.leave();
      return heard;
    }

    /** What was sent and is not answered may have changed anything. */
    @Test
    void nothingIsServedAheadOfWhatIsNotAnswered() {
      startCached();
      KitClient ann = client("ann", "read committed");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      servers().hold(true);
      ann.sends("SELECT 1 FROM log");
      ann.sends(table.last());
      ann.sends(words.writing("one"));
      ann.sends(table.last());
      assertThat(ann.told()).isEmpty();
      servers().hold(false);

      assertThat(ann.told())
          .containsExactly("row none", "open", "row none", "open", "open", "row one", "open");
    }
  }

  @Nested
  class Cache extends CacheContract {
    Cache() {
      super(new PostgresKit());
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new PostgresKit(), "scram-sha-256", "error 57P03");
    }

    /** A session that has not been welcomed. */
    @Test
    void aLogInThatWaitsForAWriterMayGoOnWhileTheNodeDrains() {
      Duration stay = Duration.ofSeconds(4);
      start(
          KitSettings.of(ONE_CONNECTION)
              .withSource("\"cluster\": {\"kind\": \"" + words.cluster() + "\"}"));
      KitClient ann = connect();
      ann.logIn("ann");

      node.drain(stay);
      node.turns().advance(stay.minusMillis(1));
      node.drain(stay);
      assertThat(ann.told()).doesNotContain("idle");
      node.lead();
      assertThat(ann.told()).containsExactly("idle");
      node.turns().advance(stay.minusMillis(1));
      node.drain(stay);

      answers(ann, words.reading("one"), "row one", "idle");
    }

    @Test
    void aLogInThatWaitsForAWriterIsToldThatTheNodeStops() {
      start(
          KitSettings.of(ONE_CONNECTION)
              .withSource("\"cluster\": {\"kind\": \"" + words.cluster() + "\"}"));
      KitClient ann = connect();
      ann.logIn("ann");

      node.drain(Duration.ZERO);

      assertThat(ann.told()).containsExactly("error 57P03");
      assertThat(ann.connected()).isFalse();
    }
  }

  @Nested
  class DelayedBegins extends DelayedBeginContract {
    DelayedBegins() {
      super(new PostgresKit());
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new PostgresKit());
    }

    private static void beginsBatch(KitClient client) {
      client.send(
          out -> {
            SimulatedClient.parse(out, "", "SELECT one");
            SimulatedClient.flush(out);
          });
    }

    @Test
    void aClientThatStopsInABatchMayDoSoWhileNobodyWaits() {
      start(ONE_CONNECTION + ", \"clients\": {\"incompleteMessageTimeout\": \"1s\"}");
      KitClient ann = client("ann");
      beginsBatch(ann);

      node.turns().advance(Duration.ofMinutes(1));

      assertThat(ann.connected()).isTrue();
    }

    @Test
    void aClientThatStopsInABatchEndsWhenOthersWait() {
      start(ONE_CONNECTION + ", \"clients\": {\"incompleteMessageTimeout\": \"1s\"}");
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      beginsBatch(ann);
      answers(bob, words.reading("two"));

      node.turns().advance(Duration.ofSeconds(5));

      assertThat(ann.told()).contains("error 57P05");
      assertThat(ann.connected()).isFalse();
      assertThat(bob.told()).containsExactly("row two", "idle");
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    Malformed() {
      super(new PostgresKit());
    }

    @Override
    protected List<byte[]> malformed() {
      List<byte[]> all = new ArrayList<>();
      all.add(message('Q', 3, "SELECT 1\0")); // shorter than its own length
      all.add(message('Q', Integer.MAX_VALUE, ""));
      all.add(message('Q', 4 + 3, "abc")); // nothing ends the text
      all.add(batch('B', "\0\0"));
      all.add(batch('B', "\0\0\0\7"));
      all.add(message('?', 4, ""));
      cut(all, 'P', "\0SELECT 1\0\0\1\0\0\0\7");
      cut(all, 'P', "s\0SELECT 2\0\0\0");
      cut(all, 'E', "\0\0\0\0\0");
      cut(all, 'D', "Sname\0");
      cut(all, 'D', "P\0");
      cut(all, 'C', "Sname\0");
      cut(all, 'F', "\0\0\0\7\0\1\0\0\0\1\0\0\0\2ab\0\0");
      return all;
    }

    /** Who answers a statement: a server, a rule in its place, or the cache. */
    private enum Answering {
      SERVER(1, "idle"),
      RULE(0, "idle"),
      CACHE(0, "row none", "idle");

      private final int asked;
      private final List<String> said;

      Answering(int asked, String... said) {
        this.asked = asked;
        this.said = List.of(said);
      }

      private String sql() {
        return this == CACHE ? "SELECT last FROM log" : "SET my.who = 'ann'";
      }
    }

    private void start(Answering answering) {
      switch (answering) {
        case SERVER -> start(ONE_CONNECTION);
        case RULE ->
            start(
                KitSettings.of(ONE_CONNECTION),
                "{\"match\": \"my.who\", \"action\": \"result\", \"parameters\": {\"value\": 1}}");
        case CACHE ->
            startCluster(
                KitSettings.of(ONE_CONNECTION + ", \"cache\": {\"enabled\": true}")
                    .withCatalogue(new PostgresKit().table().orElseThrow().catalogue()),
                CachedContract.CACHED);
      }
    }

    /** What it binds would be answered: that is not done by halves. */
    @ParameterizedTest
    @EnumSource
    void anExecuteThatIsNotWholeIsAnsweredAnError(Answering answering) {
      start(answering);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      for (String portal : List.of("", "portal")) {
        String body = portal + "\0\0\0\0\0";
        executes(ann, answering, portal, body); // the cache has it from now on
        long before = carriedOut(answering.sql());
        assertThat(executes(ann, answering, portal, body)).isEqualTo(answering.said);
        assertThat(carriedOut(answering.sql())).isEqualTo(before + answering.asked);

        List<String> bodies = new ArrayList<>(List.of(body + "\0"));
        for (int length = 0; length < body.length(); length++) {
          bodies.add(body.substring(0, length));
        }
        for (String wrong : bodies) {
          assertThat(executes(ann, answering, portal, wrong))
              .as("what answers %d bytes of %d", wrong.length(), body.length())
              .containsExactly("error 08P01");
          answers(bob, words.reading("two"), "row two", "idle");
        }
      }
    }

    private static List<String> executes(
        KitClient client, Answering answering, String portal, String body) {
      byte[] name = portal.getBytes(StandardCharsets.US_ASCII);
      client.send(
          out -> {
            SimulatedClient.parse(out, "", answering.sql());
            PgWriter.bind(out, name, new byte[0]);
            out.writeBytes(batch('E', body));
          });
      return client.told();
    }

    /** The beginnings of what a message is to have, each of them once. */
    private static void cut(List<byte[]> all, char type, String body) {
      for (int length = 0; length < body.length(); length++) {
        String begun = body.substring(0, length);
        all.add(type == 'F' ? message(type, 4 + length, begun) : batch(type, begun));
      }
    }

    /** One that is answered when a Sync follows. */
    private static byte[] batch(char type, String body) {
      ByteBuf out = Unpooled.buffer();
      out.writeBytes(message(type, 4 + body.length(), body));
      SimulatedClient.sync(out);
      return ByteBufUtil.getBytes(out);
    }

    private static byte[] message(char type, int length, String body) {
      ByteBuf out = Unpooled.buffer().writeByte(type).writeInt(length);
      out.writeCharSequence(body, StandardCharsets.US_ASCII);
      return ByteBufUtil.getBytes(out);
    }
  }
}
