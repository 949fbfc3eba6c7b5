package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Resets that a client of SQL Server asks for itself, and handles that it gives back. */
class SqlServerResetsTest {
  @Nested
  class Resets extends KitContract {
    Resets() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient withSetting(String rules) {
      start(KitSettings.of(ONE_CONNECTION), rules);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      answers(ann, words.setting("x"), "idle");
      answers(ann, words.readSetting(), "row x", "idle");
      return ann;
    }

    @Test
    void aResetTakesBackWhatTheSessionHasSet() {
      SqlServerKitClient ann = withSetting("");

      assertThat(ann.asksResetting(words.readSetting())).containsExactly("row ", "idle");
      answers(ann, words.readSetting(), "row ", "idle");
    }

    @Test
    void aResetGivesBackAConnectionThatWasKept() {
      SqlServerKitClient ann = withSetting("");
      answers(ann, "CREATE TABLE #t (a int)", "idle");

      assertThat(ann.asksResetting(words.reading("one"))).containsExactly("row one", "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void theResetOfARequestThatARuleRejectsIsDoneWithTheNext() {
      SqlServerKitClient ann = withSetting("{\"match\": \"secret\", \"action\": \"drop\"}");

      assertThat(ann.asksResetting(words.reading("secret"))).noneMatch("idle"::equals);
      answers(ann, words.readSetting(), "row ", "idle");
    }

    @Test
    void theResetOfARequestThatTheNodeAnswersIsDoneWithTheNext() {
      SqlServerKitClient ann = withSetting("");
      ann.prepare(1, words.reading("one"));
      ann.told();

      ann.unprepareResetting(1);

      assertThat(ann.told()).containsExactly("idle");
      answers(ann, words.readSetting(), "row ", "idle");
    }

    @Test
    void aGlobalTemporaryTableOutlivesTheCallThatMakesIt() {
      start(ONE_CONNECTION);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      KitClient bob = client("bob");
      ann.executeSql("CREATE TABLE #t (a int)");
      assertThat(ann.told()).containsExactly("idle");
      answers(bob, words.reading("two"), "row two", "idle");

      ann.executeSql("CREATE TABLE ##t (a int)");
      assertThat(ann.told()).containsExactly("idle");
      bob.sends(words.reading("two"));
      assertThat(bob.told()).isEmpty();
      answers(ann, "DROP TABLE ##t", "idle");

      assertThat(bob.told()).containsExactly("row two", "idle");
    }

    @Test
    void aResetOfTheNodesIsNoResultOfTheClients() {
      start(ONE_CONNECTION);
      ((SimulatedSqlServer) (KitServers<?>) servers()).answersResets();
      answers(client("ann"), words.reading("one"), "row one", "idle");
      SqlServerKitClient bob = (SqlServerKitClient) client("bob");

      answers(bob, words.reading("two"), "row two", "idle");

      assertThat(bob.answered()).isOne();
    }

    @Test
    void aTransactionThatAClientLeavesIsRolledBackOnceWhereItsEndIsNotReported() {
      start(ONE_CONNECTION);
      ((SimulatedSqlServer) servers()).reportsByRequestAlone();
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      ann.transaction(TransactionRequest.BEGIN);
      ann.told();

      ann.leave();

      answers(client("bob"), words.reading("two"), "row two", "idle");
      assertThat(carriedOut("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")).isOne();
    }

    @Test
    void theProcedureOfAResetDoesTheSameAndPinsNothing() {
      SqlServerKitClient ann = withSetting("");

      ann.callByName("sp_reset_connection");

      assertThat(ann.told()).containsExactly("idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, words.readSetting(), "row ", "idle");
    }
  }

  @Nested
  class Handles extends KitContract {
    Handles() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient withHandles() {
      start(ONE_CONNECTION);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      for (int i = 1; i <= 3; i++) {
        ann.prepare(i, words.reading(i < 3 ? "one" : "three"));
        assertThat(ann.told()).containsExactly("idle");
      }
      return ann;
    }

    /** As mssql-jdbc does; by the server's numbers these would be other statements. */
    @Test
    void aBatchThatUnpreparesIsAboutTheClientsHandles() {
      SqlServerKitClient ann = withHandles();
      String batch =
          "EXEC sp_unprepare %d;EXEC sp_unprepare %d;".formatted(ann.handle(1), ann.handle(3));

      assertThat(ann.asks(batch)).containsExactly("idle");

      assertThat(servers().open().get(0).received()).doesNotContain(batch);
      ann.execute(1);
      assertThat(ann.told()).containsExactly("error 8179");
      ann.execute(2);
      assertThat(ann.told()).containsExactly("row one", "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aBatchThatUnpreparesAnUnknownHandleIsAnError() {
      SqlServerKitClient ann = withHandles();

      assertThat(ann.asks("EXEC sp_unprepare 77")).containsExactly("error 8179");
    }

    @Test
    void callsThatUnprepareAreNotAmongOthers() {
      SqlServerKitClient ann = withHandles();

      ann.callTwice(RpcProcedure.EXECUTE, 1, RpcProcedure.UNPREPARE, 1);
      assertThat(ann.told()).containsExactly("error 50000");
      ann.callTwice(RpcProcedure.UNPREPARE, 1, RpcProcedure.EXECUTE, 1);
      assertThat(ann.told()).containsExactly("error 50000");

      ann.callTwice(RpcProcedure.EXECUTE, 1, RpcProcedure.EXECUTE, 1);
      assertThat(ann.told()).contains("idle");
      ann.callTwice(RpcProcedure.UNPREPARE, 1, RpcProcedure.UNPREPARE, 3);
      assertThat(ann.told()).containsExactly("idle");
      ann.execute(3);
      assertThat(ann.told()).containsExactly("error 8179");
    }
  }
}
