package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of SQL Server's protocol alone, for which contracts have no words. */
class SqlServerAnswersTest {
  /** Each kind of call carries out the text that a rule has for its statement, or is rejected. */
  @Nested
  class RulesTexts extends KitContract {
    private static final String CHANGES =
        "{\"match\": \"%s\", \"action\": \"transform\", \"parameters\": {\"target\": \"%s\"}}";

    RulesTexts() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient changing(String from, String to) {
      start(KitSettings.of(ONE_CONNECTION), CHANGES.formatted(from, to));
      return (SqlServerKitClient) client("ann");
    }

    @Test
    void aStatementInACallIsChanged() {
      SqlServerKitClient ann = changing("SELECT one", "SELECT another");

      ann.executeSql("SELECT one");

      assertThat(ann.told()).containsExactly("row another", "idle");
    }

    @Test
    void aStatementThatIsPreparedAndRunIsChangedInBoth() {
      SqlServerKitClient ann = changing("SELECT one", "SELECT another");

      ann.prepareAndExecute(1, "SELECT one");
      assertThat(ann.told()).containsExactly("row another", "idle");
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row another", "idle");
      ann.prepare(2, "SELECT one");
      assertThat(ann.told()).containsExactly("idle");
      ann.execute(2);
      assertThat(ann.told()).containsExactly("row another", "idle");

      assertThat(servers().open().get(0).received()).doesNotContain("SELECT one");
    }

    /** A prepared statement stays its client's own text, which rules judge at each execution. */
    @Test
    void aRuleOutsideOfTransactionsChangesWhatWasPreparedInside() {
      start(
          KitSettings.of(ONE_CONNECTION),
          "{\"match\": \"SELECT one\", \"inTransaction\": false, \"action\": \"transform\","
              + " \"parameters\": {\"target\": \"SELECT another\"}}");
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      answers(ann, "BEGIN", "open");
      ann.prepare(1, "SELECT one");
      ann.told();

      ann.execute(1);
      assertThat(ann.told()).containsExactly("row one", "open");
      answers(ann, "COMMIT", "idle");
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row another", "idle");
      answers(ann, "BEGIN", "open");
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row one", "open");
      answers(ann, "COMMIT", "idle");
    }

    @Test
    void aProcedureByItsNameIsRejectedWithTheRule() {
      SqlServerKitClient ann = changing("EXEC p", "EXEC q");

      ann.callByName("p");

      assertThat(ann.told()).containsExactly("error 50000");
      answers(ann, words.reading("two"), "row two", "idle");
      assertThat(servers().open().get(0).received()).doesNotContain("EXEC p");
    }

    @Test
    void aTransactionOfTheTransactionManagerIsRejectedWithTheRule() {
      SqlServerKitClient ann = changing("BEGIN TRANSACTION", "SELECT 1");

      ann.transaction(TransactionRequest.BEGIN);

      assertThat(ann.told()).containsExactly("error 50000");
      ann.transaction(TransactionRequest.ROLLBACK);
      assertThat(ann.told()).containsExactly("idle");
    }
  }

  /** As go-mssqldb, which keeps a connection in its pool that no DONE calls broken. */
  @Nested
  class Ends extends KitContract {
    Ends() {
      super(new SqlServerKit());
    }

    @Test
    void anAnswerThatEndsTheConnectionSaysSo() {
      start(ONE_CONNECTION);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      ann.asks("UDPATE");
      assertThat(ann.ended()).isFalse();
      answers(ann, "BEGIN", "open");
      servers().hold(true);
      ann.sends(words.write());

      servers().open().get(0).kill();

      assertThat(ann.told()).allMatch(KitContract::isError);
      assertThat(ann.connected()).isFalse();
      assertThat(ann.ended()).isTrue();
    }
  }

  @Nested
  class Distributed extends KitContract {
    Distributed() {
      super(new SqlServerKit());
    }

    @ParameterizedTest
    @ValueSource(
        ints = {
          TransactionRequest.GET_DTC_ADDRESS,
          TransactionRequest.PROPAGATE,
          TransactionRequest.PROMOTE
        })
    void aDistributedTransactionIsRejectedAsWhereNoCoordinatorRuns(int request) {
      start(ONE_CONNECTION);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");

      ann.transaction(request);

      assertThat(ann.told()).containsExactly("error 8501");
      answers(ann, words.reading("one"), "row one", "idle");
    }
  }

  /** Servers acknowledge an attention without an error: a client that has sent none gets one. */
  @Nested
  class TimeLimits extends KitContract {
    private static final String TEN_SECONDS =
        ONE_CONNECTION + ", \"clients\": {\"queryTimeout\": \"10s\", \"cancelTimeout\": \"10s\"}";

    TimeLimits() {
      super(new SqlServerKit());
    }

    private KitClient waiting() {
      start(TEN_SECONDS);
      KitClient ann = client("ann");
      answers(ann, words.reading("none"), "row none", "idle");
      servers().hold(true);
      ann.sends(words.reading("one"));
      return ann;
    }

    @Test
    void aStatementThatTakesTooLongEndsWithAnErrorAndNoAcknowledgement() {
      KitClient ann = waiting();

      node.turns().advance(Duration.ofSeconds(11));
      servers().hold(false);

      assertThat(servers().cancels()).isOne();
      assertThat(ann.told()).containsExactly("error -2");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void aStatementThatHasEndedBeforeIsAnsweredOnce() {
      KitClient ann = waiting();
      ((SimulatedSqlServer) (KitServers<?>) servers()).endsBeforeAttentions();

      node.turns().advance(Duration.ofSeconds(11));
      servers().hold(false);

      assertThat(servers().cancels()).isOne();
      assertThat(ann.told()).containsExactly("row one", "idle");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void aClientThatHasSentAnAttentionAsWellGetsThatAcknowledged() {
      KitClient ann = waiting();
      node.turns().advance(Duration.ofSeconds(11));

      ann.cancel();
      servers().hold(false);

      assertThat(servers().cancels()).isOne();
      assertThat(ann.told()).containsExactly("attention");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void aStatementThatWaitsForAConnectionEndsWithTheSameError() {
      start(TEN_SECONDS);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      bob.sends(words.reading("one"));

      node.turns().advance(Duration.ofSeconds(11));

      assertThat(bob.told()).containsExactly("error -2");
    }
  }

  /** A result that a batch has left for the next one is that one's, or an error. */
  @Nested
  class EarlierBatches extends KitContract {
    EarlierBatches() {
      super(new SqlServerKit());
    }

    @Test
    void anIdentityIsReadWhereNobodyHasUsedTheConnectionSince() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(ann, words.write(), "idle");

      assertThat(ann.asks("SELECT @@IDENTITY")).containsExactly("row @@IDENTITY", "idle");
    }

    @Test
    void anIdentityIsNotReadFromAConnectionThatAnotherSessionHasUsed() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(ann, words.write(), "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");

      assertThat(ann.asks("SELECT @@IDENTITY")).containsExactly("error 50000");
      assertThat(ann.asks("SELECT @@ROWCOUNT")).containsExactly("error 50000");
      answers(ann, words.reading("one"), "row one", "idle");
    }

    @Test
    void aSessionThatHasNotInsertedAnythingReadsNothing() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(client("bob"), words.write(), "idle");

      assertThat(ann.asks("SELECT @@IDENTITY")).containsExactly("row @@IDENTITY", "idle");
    }

    @Test
    void aBatchThatReadsItsOwnIsCarriedOutWhereverItIs() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(ann, words.write(), "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");

      assertThat(ann.asks(words.write() + " SELECT SCOPE_IDENTITY()")).containsExactly("idle");
    }

    @Test
    void aSessionThatReadsKeepsItsConnectionForAWhile() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, words.write(), "idle");
      ann.asks("SELECT @@IDENTITY");

      answers(ann, words.write(), "idle");
      bob.sends(words.reading("two"));
      assertThat(bob.told()).isEmpty();
      assertThat(ann.asks("SELECT @@IDENTITY")).containsExactly("row @@IDENTITY", "idle");

      node.turns().advance(Duration.ofSeconds(2));
      assertThat(bob.told()).containsExactly("row two", "idle");
    }
  }

  /** Errors reach their client with all that its server says. */
  @Nested
  class Errors extends KitContract {
    Errors() {
      super(new SqlServerKit());
    }

    @Test
    void anErrorKeepsItsStateClassProcedureAndLine() {
      start(KitSettings.of(ONE_CONNECTION));
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");

      answers(ann, "EXEC failing", "error " + SimulatedSqlServer.FAILURE.number());

      assertThat(ann.lastError()).isEqualTo(SimulatedSqlServer.FAILURE);
    }
  }
}
