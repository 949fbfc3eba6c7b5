package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behaviour of the cache that SQL Server has alone, for which contracts have no words. */
class SqlServerCacheTest {
  private static final int NOTIFICATION = 1;
  private static final String IF_OPEN = "IF @@TRANCOUNT > 0 ";

  @Nested
  class Reads extends CachedContract {
    Reads() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient kitClient(String user) {
      return (SqlServerKitClient) client(user);
    }

    private long read() {
      return carriedOut(table.last());
    }

    @Test
    void eachFormOfCallHasResultsOfItsOwn() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      SqlServerKitClient bob = kitClient("bob");
      for (SqlServerKitClient client : new SqlServerKitClient[] {ann, bob, ann}) {
        client.executeSql(table.last());
        assertThat(client.told()).containsExactly("row none", "idle");
        client.prepareAndExecute(1, table.last());
        assertThat(client.told()).containsExactly("row none", "idle");
        client.execute(1);
        assertThat(client.told()).containsExactly("row none", "idle");
        answers(client, table.last(), "row none", "idle");
      }

      assertThat(read()).isEqualTo(4);
    }

    /** The server hears of it when it is run, or when another result has to come from there. */
    @Test
    void aStatementThatIsServedAsItIsPreparedHasAHandle() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      SqlServerKitClient bob = kitClient("bob");
      ann.prepareAndExecute(1, table.last());
      ann.told();

      bob.prepareAndExecute(7, table.last());
      assertThat(bob.told()).containsExactly("row none", "idle");
      assertThat(read()).isEqualTo(1);
      answers(ann, words.writing("one"), "idle");
      bob.execute(7);
      assertThat(bob.told()).containsExactly("row one", "idle");
    }

    @Test
    void whatAServedReadHasCountedIsAnError() {
      startCached();
      KitClient ann = client("ann");
      readsFromServer(ann, "none");
      readsFromCache(ann, "none");

      assertThat(ann.asks("SELECT @@ROWCOUNT")).containsExactly("error 50000");

      readsFromServer(ann, "none");
      assertThat(ann.asks("SELECT @@ROWCOUNT")).containsExactly("row @@ROWCOUNT", "idle");
    }

    private int resets() {
      return servers().open().stream()
          .mapToInt(session -> ((SimulatedSqlServer.Session) session).resets())
          .sum();
    }

    /** Pools of ADO.NET, Go and Tedious have the first request of each user reset the session. */
    @Test
    void aReadWithAResetIsServedByTheSettingsBehindTheReset() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      readsFromServer(ann, "none");
      answers(ann, words.setting("blue"), "idle");

      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");

      assertThat(read()).isEqualTo(1);
      assertThat(ann.acknowledged()).isEqualTo(1);
      readsFromCache(ann, "none");
      answers(ann, words.readSetting(), "row ", "idle");
      assertThat(ann.acknowledged()).isEqualTo(1);
      answers(client("bob"), words.readSetting(), "row ", "idle");
    }

    /** The server may have more of the session than its settings. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theNextStatementBehindAServedResetFindsItsServerReset(boolean keepsTransaction) {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      readsFromServer(ann, "none");
      int before = resets();
      for (int i = 1; i <= 3; i++) {
        assertThat(
                keepsTransaction
                    ? ann.asksResettingButTransaction(table.last())
                    : ann.asksResetting(table.last()))
            .containsExactly("row none", "idle");
        assertThat(ann.acknowledged()).isEqualTo(i);
      }
      assertThat(read()).isEqualTo(1);
      assertThat(resets()).isEqualTo(before);

      for (int i = 0; i < 2; i++) {
        answers(ann, words.reading("one"), "row one", "idle");
        assertThat(resets()).isEqualTo(before + 1);
      }
      assertThat(ann.acknowledged()).isEqualTo(3);
    }

    @Test
    void anAnswerBehindAResetIsKept() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");
      assertThat(ann.executeSqlResetting(table.last())).containsExactly("row none", "idle");
      assertThat(read()).isEqualTo(2);

      readsFromCache(client("bob"), "none");
      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");
      assertThat(ann.executeSqlResetting(table.last())).containsExactly("row none", "idle");
      ann.executeSql(table.last());
      assertThat(ann.told()).containsExactly("row none", "idle");
      assertThat(read()).isEqualTo(2);
      assertThat(ann.acknowledged()).isEqualTo(4);
    }

    @Test
    void aResetThatEndsATransactionIsTheServers() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");
      answers(ann, words.writing("one"), "open");

      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");

      assertThat(read()).isEqualTo(2);
    }

    @Test
    void aResetThatGivesAConnectionBackIsTheServers() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      readsFromServer(ann, "none");
      answers(ann, "CREATE TABLE #t (a int)", "idle");

      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");
      assertThat(read()).isEqualTo(2);
      assertThat(ann.asksResetting(table.last())).containsExactly("row none", "idle");
      assertThat(read()).isEqualTo(2);
    }

    /** In quotes of another setting its name would be a value. */
    @Test
    void aReadBehindAResetIsJudgedByTheSettingsBehindTheReset() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      answers(ann, "SET QUOTED_IDENTIFIER OFF", "idle");
      String quoted = table.last().replaceFirst("FROM (\\w+)", "FROM \"$1\"");
      assertThat(quoted).isNotEqualTo(table.last());
      for (int i = 0; i < 2; i++) {
        assertThat(ann.asksResetting(quoted)).last().isEqualTo("idle");
      }
      assertThat(carriedOut(quoted)).isOne();
    }

    @Test
    void aReadThatWantsANotificationGoesToTheServer() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      readsFromServer(ann, "none");
      for (int i = 0; i < 2; i++) {
        ann.send(out -> notified(table.last(), out));
        assertThat(ann.told()).containsExactly("row none", "idle");
      }

      assertThat(read()).isEqualTo(3);
    }

    private void notified(String sql, ByteBuf out) {
      ByteBuf payload = Unpooled.buffer();
      AllHeaders.write(payload, 0);
      String id = "notify";
      int bytes = 4 + 2 + 2 + 2 * id.length() + 2;
      payload.setIntLE(0, AllHeaders.LENGTH + bytes);
      payload.writeIntLE(bytes).writeShortLE(NOTIFICATION).writeShortLE(2 * id.length());
      payload.writeCharSequence(id, StandardCharsets.UTF_16LE);
      payload.writeShortLE(0);
      payload.writeCharSequence(sql, StandardCharsets.UTF_16LE);
      TdsPacket.write(out, TdsPacket.SQL_BATCH, 0, 0, TdsPacket.INITIAL_SIZE, payload);
    }

    /** UTF-8 has no form for them: both texts look alike to rules. */
    @Test
    void halvesOfCharactersAreNotTakenForEachOther() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      for (char half : new char[] {'\uD800', '\uD801', '\uD800', '\uFFFD', '\uFFFD'}) {
        ann.send(out -> half(half, out));
        assertThat(ann.told()).containsExactly("row none", "idle");
      }

      assertThat(servers().open().stream().flatMap(each -> each.received().stream()))
          .filteredOn(text -> text.startsWith(table.last()))
          .hasSize(5);
    }

    private void half(char half, ByteBuf out) {
      ByteBuf payload = Unpooled.buffer();
      AllHeaders.write(payload, 0);
      payload.writeCharSequence(table.last() + " WHERE x = N'", StandardCharsets.UTF_16LE);
      payload.writeShortLE(half);
      payload.writeCharSequence("'", StandardCharsets.UTF_16LE);
      TdsPacket.write(out, TdsPacket.SQL_BATCH, 0, 0, TdsPacket.INITIAL_SIZE, payload);
    }

    @Test
    void whatMayBeRolledBackIsNotKept() {
      startCached();
      KitClient ann = client("ann");
      answers(ann, "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", "idle");
      for (int i = 1; i <= 2; i++) {
        reads(ann, "none", "idle", 1);
      }
      String hinted = table.last() + " WITH (NOLOCK)";
      KitClient bob = client("bob");
      for (int i = 1; i <= 2; i++) {
        answers(bob, hinted, "row none", "idle");
      }
      assertThat(carriedOut(hinted)).isEqualTo(2);
    }

    private KitClient withoutAutocommit(String user) {
      KitClient client = client(user);
      answers(client, "SET IMPLICIT_TRANSACTIONS ON", "idle");
      return client;
    }

    /** JDBC's drivers have all statements begin transactions where autocommit is off. */
    @ParameterizedTest
    @ValueSource(strings = {IF_OPEN + "COMMIT TRAN", IF_OPEN + "ROLLBACK TRAN", "COMMIT"})
    void aServedReadBeginsTheTransactionThatItsServerWouldHaveBegun(String end) {
      startCached();
      KitClient bob = withoutAutocommit("bob");
      reads(bob, "none", "open", 1);
      answers(bob, end, "idle");
      KitClient ann = withoutAutocommit("ann");

      for (int i = 0; i < 2; i++) {
        reads(ann, "none", "open", 0);
        reads(ann, "none", "open", 0);
        answers(ann, end, "idle");
      }

      assertThat(carriedOut("BEGIN")).isZero();
      assertThat(carriedOut(end)).isOne();
      reads(ann, "none", "open", 0);
      answers(ann, "SELECT @@TRANCOUNT", "row @@TRANCOUNT", "open");
      assertThat(carriedOut("BEGIN")).isOne();
      answers(ann, end, "idle");
      assertThat(carriedOut(end)).isEqualTo(2);
    }

    @Test
    void whatATransactionHasWrittenThatWasBegunByAServedReadIsReadFromItsServer() {
      startCached();
      KitClient bob = withoutAutocommit("bob");
      reads(bob, "none", "open", 1);
      answers(bob, IF_OPEN + "COMMIT TRAN", "idle");
      KitClient ann = withoutAutocommit("ann");
      reads(ann, "none", "open", 0);

      answers(ann, words.writing("one"), "open");

      reads(ann, "one", "open", 1);
      reads(bob, "none", "open", 0);
      answers(ann, IF_OPEN + "COMMIT TRAN", "idle");
      reads(bob, "one", "open", 1);
      reads(ann, "one", "open", 0);
    }

    /** As on Babelfish. */
    @Test
    void whatATransactionWritesThatAServedReadHasBegunCountsWhereNoneIsReported() {
      startCached();
      ((SimulatedSqlServer) servers()).reportsByRequestAlone();
      KitClient bob = withoutAutocommit("bob");
      KitClient ann = withoutAutocommit("ann");
      String commit = IF_OPEN + "COMMIT TRAN";
      reads(bob, "none", "idle", 1);
      answers(bob, commit, "idle");
      reads(ann, "none", "open", 0);
      answers(ann, words.writing("one"), "idle");
      reads(bob, "none", "open", 0);
      answers(bob, commit, "idle");

      answers(ann, commit, "idle");

      reads(bob, "one", "idle", 1);
    }

    @Test
    void aReadThatBeginsATransactionNeedsARuleForTransactions() {
      startCached("", "", "{\"action\": \"cache\"}");
      KitClient bob = client("bob");
      readsFromServer(bob, "none");
      KitClient ann = client("ann");
      answers(ann, "SET IMPLICIT_TRANSACTIONS ON", "idle");

      reads(ann, "none", "open", 1);
    }

    @Test
    void aTransactionOfTheTransactionManagerThatWritesCountsAtItsCommit() {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      KitClient bob = client("bob");
      readsFromServer(bob, "none");
      ann.transaction(TransactionRequest.BEGIN);
      ann.told();
      answers(ann, words.writing("one"), "open");
      answers(ann, table.last(), "row one", "open");
      readsFromCache(bob, "none");

      ann.transaction(TransactionRequest.COMMIT);
      assertThat(ann.told()).containsExactly("idle");

      readsFromServer(bob, "one");
    }

    private static final String[] BEGINS = {"BEGIN TRAN", "SET IMPLICIT_TRANSACTIONS ON"};

    /** Servers report none to clients of TDS 7.1, and Babelfish none that texts begin or end. */
    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", "IF @@TRANCOUNT > 0 COMMIT TRAN"})
    void whatATransactionWritesThatIsNotReportedCountsAtItsCommitToo(String commit) {
      startCached();
      ((SimulatedSqlServer) servers()).reportsByRequestAlone();
      KitClient bob = client("bob");
      String before = "none";
      for (String begin : BEGINS) {
        for (String word : new String[] {"one", "two"}) {
          KitClient ann = client("ann");
          ann.asks(begin);
          answers(bob, table.last(), "row " + before, "idle");
          answers(ann, words.writing(begin + word), "idle");
          answers(bob, table.last(), "row " + before, "idle");
          readsFromCache(bob, before);

          answers(ann, commit, "idle");

          before = begin + word;
          readsFromServer(bob, before);
          readsFromCache(bob, before);
        }
      }
    }

    /** To the node it is still open. */
    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", IF_OPEN + "COMMIT TRAN"})
    void whatIsWrittenBehindATransactionThatATextEndsCountsWhereThatIsNotReported(String commit) {
      startCached();
      ((SimulatedSqlServer) servers()).reportsByRequestAlone();
      SqlServerKitClient ann = kitClient("ann");
      KitClient bob = client("bob");
      ann.transaction(TransactionRequest.BEGIN);
      ann.told();
      answers(ann, words.writing("one"), "idle");
      ann.asks(commit);
      readsFromServer(bob, "one");
      readsFromCache(bob, "one");

      answers(ann, words.writing("two"), "idle");

      readsFromServer(bob, "two");
    }

    /** Its server still has it open. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStatementThatFailsEndsNoTransactionThatIsNotReported(boolean late) {
      startCached("", ", \"delayedTransaction\": " + late);
      ((SimulatedSqlServer) servers()).reportsByRequestAlone();
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      ann.asks("BEGIN TRAN");
      assertThat(ann.asks("UDPATE t SET a = 1")).first().isEqualTo("error 102");
      answers(ann, words.writing("one"), "idle");
      answers(bob, table.last(), "row none", "idle");
      readsFromCache(bob, "none");

      answers(ann, "COMMIT", "idle");

      readsFromServer(bob, "one");
    }

    /** Results that are kept may be newer than it reads, and its own older than others may read. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5})
    void aTransactionThatBeginsAtAnotherLevelIsTheServers(int level) {
      startCached();
      SqlServerKitClient ann = kitClient("ann");
      KitClient bob = client("bob");
      ann.transaction(TransactionRequest.BEGIN, level);
      ann.told();
      reads(ann, "none", "open", 1);
      readsFromServer(bob, "none");
      readsFromCache(bob, "none");
      reads(ann, "none", "open", 1);

      SqlServerKitClient committed = kitClient("bob");
      committed.transaction(TransactionRequest.BEGIN, 2);
      committed.told();
      reads(committed, "none", "open", 0);
    }

    @Test
    void nothingIsKeptOfAReadThatIsInterrupted() {
      startCached();
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(bob, words.writing("one"), "idle");
      servers().hold(true);
      ann.sends(table.last());

      ann.cancel();
      servers().hold(false);

      assertThat(ann.told()).last().isEqualTo("attention");
      assertThat(node.cache().figures().stored()).isZero();
      readsFromServer(ann, "one");
      readsFromCache(bob, "one");
    }

    /** It waits for the answer of another client's read. */
    @Test
    void aReadThatWaitsForAnEqualOneIsInterrupted() {
      startCached();
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(bob, words.writing("one"), "idle");
      servers().hold(true);
      ann.sends(table.last());
      bob.sends(table.last());
      assertThat(node.cache().figures().waiting()).isOne();

      bob.cancel();

      assertThat(bob.told()).last().isEqualTo("attention");
      servers().hold(false);
      assertThat(ann.told()).containsExactly("row one", "idle");
      assertThat(bob.told()).isEmpty();
      readsFromCache(bob, "one");
    }

    @Test
    void equalReadsAreSentOnce() {
      startCached();
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(bob, words.writing("one"), "idle");
      servers().hold(true);
      ann.sends(table.last());
      bob.sends(table.last());
      servers().hold(false);

      assertThat(ann.told()).containsExactly("row one", "idle");
      assertThat(bob.told()).containsExactly("row one", "idle");
      assertThat(read()).isOne();
    }

    /** Its settings are others than those of its preparation, some of which a server may keep. */
    @Test
    void aHandleOfOtherSettingsIsNotServed() {
      startCached();
      KitClient ann = client("ann");
      ann.prepare(1, table.last());
      ann.told();
      ann.execute(1);
      ann.told();
      answers(ann, "SET QUOTED_IDENTIFIER OFF", "idle");
      for (int i = 2; i <= 3; i++) {
        ann.execute(1);
        assertThat(ann.told()).containsExactly("row none", "idle");
        assertThat(read()).isEqualTo(i);
      }
    }
  }
}
