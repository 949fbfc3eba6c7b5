package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Cursors that clients of SQL Server open by calls of procedures. */
class SqlServerCursorsTest {
  private static final int FETCH = RpcProcedure.CURSOR_FETCH;
  private static final int CLOSE = RpcProcedure.CURSOR_CLOSE;

  /** Option of a call whose rows come without metadata. */
  private static final int NO_METADATA = 2;

  @Nested
  class Cursors extends KitContract {
    Cursors() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient ann(String rules) {
      start(KitSettings.of(ONE_CONNECTION), rules);
      return (SqlServerKitClient) client("ann");
    }

    private List<String> open(SqlServerKitClient client, String sql) {
      client.openCursors(sql);
      return client.told();
    }

    private List<String> cursor(SqlServerKitClient client, int procedure) {
      client.cursor(procedure);
      return client.told();
    }

    @Test
    void anOpenCursorKeepsItsConnectionUntilItIsClosed() {
      SqlServerKitClient ann = ann("");
      KitClient bob = client("bob");

      assertThat(open(ann, words.reading("one"))).containsExactly("idle");
      bob.sends(words.reading("two"));
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row one", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_OPTION)).containsExactly("idle");
      assertThat(bob.told()).isEmpty();

      assertThat(cursor(ann, RpcProcedure.CURSOR_CLOSE)).containsExactly("idle");
      assertThat(bob.told()).containsExactly("row two", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("error 16909");
    }

    @Test
    void severalCallsForACursorMayComeInOneRequest() {
      SqlServerKitClient ann = ann("");
      KitClient bob = client("bob");
      open(ann, words.reading("one"));

      ann.cursors(RpcProcedure.CURSOR_OPTION, RpcProcedure.CURSOR_FETCH);
      assertThat(ann.told()).containsExactly("row one", "idle");
      bob.sends(words.reading("two"));
      assertThat(bob.told()).isEmpty();

      ann.cursors(RpcProcedure.CURSOR_FETCH, RpcProcedure.CURSOR_CLOSE);
      assertThat(ann.told()).containsExactly("row one", "idle");
      assertThat(bob.told()).containsExactly("row two", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("error 16909");
    }

    @Test
    void severalCursorsMayBeOpenedAndReadInOneRequest() {
      SqlServerKitClient ann = ann("");
      KitClient bob = client("bob");
      ann.openCursors(words.reading("one"), words.reading("static"), words.reading("three"));
      List<Integer> all = ann.opened();
      assertThat(all).doesNotHaveDuplicates().hasSize(3);
      ann.told();
      bob.sends(words.reading("two"));

      ann.cursors(0, all, FETCH, FETCH, FETCH);
      assertThat(ann.told()).containsExactly("row one", "row static", "row three", "idle");
      ann.cursors(NO_METADATA, List.of(all.get(0), all.get(1), all.get(0)), FETCH, FETCH, CLOSE);
      ann.cursors(0, List.of(all.get(2), all.get(2)), CLOSE, FETCH);
      assertThat(ann.told()).contains("error 16909");
      assertThat(bob.told()).isEmpty();

      ann.cursors(NO_METADATA, List.of(all.get(1), all.get(1)), FETCH, CLOSE);
      assertThat(bob.told()).containsExactly("row two", "idle");
    }

    @Test
    void anUnknownCursorAmongOthersLeavesThemOpen() {
      SqlServerKitClient ann = ann("");
      KitClient bob = client("bob");
      open(ann, words.reading("one"));
      int one = ann.opened().get(0);

      ann.cursors(0, List.of(one, 999), FETCH, CLOSE);
      assertThat(ann.told()).contains("error 16909");

      bob.sends(words.reading("two"));
      assertThat(bob.told()).isEmpty();
      assertThat(cursor(ann, FETCH)).containsExactly("row one", "idle");
      ann.cursors(0, List.of(one, 999), CLOSE, CLOSE);
      assertThat(bob.told()).containsExactly("row two", "idle");
    }

    @Test
    void rulesJudgeTheStatementOfEachCursor() {
      SqlServerKitClient ann = ann(SqlServerKitClient.RULES);

      ann.openCursors(words.reading("one"), words.reading("secret"));

      assertThat(ann.told()).isNotEmpty().allMatch(KitContract::isError);
      ann.openCursors(words.reading("one"), words.reading("old"));
      assertThat(ann.told()).isNotEmpty().allMatch(KitContract::isError);
      ann.openCursors(words.reading("old"), words.reading("old"));
      assertThat(cursor(ann, FETCH)).endsWith("row new", "idle");
    }

    /** The call that writes could hide behind one that does not. */
    @Test
    void rulesJudgeEachCallForACursor() {
      SqlServerKitClient ann = ann("{\"match\": \"sp_cursor($|;)\", \"action\": \"drop\"}");
      open(ann, words.reading("one"));

      ann.cursors(RpcProcedure.CURSOR_FETCH, RpcProcedure.CURSOR);
      assertThat(ann.told()).allMatch(KitContract::isError);
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row one", "idle");
    }

    @Test
    void aRollbackClosesCursorsThatHaveNoRowsOfTheirOwn() {
      SqlServerKitClient ann = ann("");
      answers(ann, "BEGIN", "open");
      assertThat(open(ann, words.reading("one"))).containsExactly("open");

      answers(ann, "ROLLBACK", "idle");

      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, "BEGIN", "open");
      assertThat(open(ann, words.reading("static"))).containsExactly("open");
      answers(ann, "ROLLBACK", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row static", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_CLOSE)).containsExactly("idle");
      answers(client("bob"), words.reading("three"), "row three", "idle");
    }

    @Test
    void aCursorThatItsServerDoesNotKnowKeepsNothing() {
      SqlServerKitClient ann = ann("");
      open(ann, words.reading("one"));
      ((SimulatedSqlServer.Session) servers().open().get(0)).forgetCursors();

      assertThat(cursor(ann, RpcProcedure.CURSOR_CLOSE)).containsExactly("error 16909");

      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aResetClosesCursors() {
      SqlServerKitClient ann = ann("");
      open(ann, words.reading("one"));

      assertThat(ann.asksResetting(words.reading("x"))).containsExactly("row x", "idle");

      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aCursorThatCannotBeOpenedKeepsNothing() {
      SqlServerKitClient ann = ann("");

      assertThat(open(ann, words.reading("nowhere"))).containsExactly("error 208");

      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aStatementThatIsPreparedForCursorsIsPreparedAnewWhereItIsNot() {
      SqlServerKitClient ann = ann("");
      ann.prepareCursor(1, words.reading("one"), 4112, 8193);
      assertThat(ann.told()).containsExactly("idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row one", "idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_CLOSE)).containsExactly("idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");

      ann.executeCursor(1);

      assertThat(ann.told()).containsExactly("idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row one", "idle");
      assertThat(servers().open().get(0).received())
          .contains("sp_cursorprepare 4112 8193 " + words.reading("one"));
    }

    @Test
    void handlesOfCursorsAndOfOtherStatementsAreNotEachOthers() {
      SqlServerKitClient ann = ann("");
      ann.prepareCursor(1, words.reading("one"), 1, 1);
      ann.prepare(2, words.reading("two"));
      ann.told();

      ann.execute(1);
      assertThat(ann.told()).containsExactly("error 8179");
      ann.executeCursor(2);
      assertThat(ann.told()).containsExactly("error 8179");
      assertThat(ann.asks("EXEC sp_cursorunprepare %d;".formatted(ann.handle(1))))
          .containsExactly("idle");
      ann.executeCursor(1);
      assertThat(ann.told()).containsExactly("error 8179");
    }

    @Test
    void rulesJudgeTheStatementOfACursor() {
      SqlServerKitClient ann = ann(SqlServerKitClient.RULES);

      assertThat(open(ann, words.reading("secret"))).allMatch(KitContract::isError);
      assertThat(open(ann, words.reading("none"))).containsExactly("error 50000");
      assertThat(open(ann, words.reading("old"))).containsExactly("idle");
      assertThat(cursor(ann, RpcProcedure.CURSOR_FETCH)).containsExactly("row new", "idle");
    }
  }

  @Nested
  class Replaced extends KitContract {
    Replaced() {
      super(new SqlServerKit());
    }

    /** As mssql-jdbc does where the types of parameters are others. */
    @Test
    void aStatementTakesThePlaceOfTheOneWhoseHandleIsGiven() {
      start(ONE_CONNECTION);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      SqlServerKitClient bob = (SqlServerKitClient) client("bob");
      for (int i = 1; i <= 12; i++) {
        ann.prepare(i, words.reading("a" + i));
        ann.told();
      }

      ann.prepareInstead(20, 11, words.reading("new"));
      assertThat(ann.told()).containsExactly("row new", "idle");
      ann.execute(11);
      assertThat(ann.told()).containsExactly("error 8179");
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row a1", "idle");
      ann.execute(20);
      assertThat(ann.told()).containsExactly("row new", "idle");

      answers(bob, words.reading("b"), "row b", "idle");
      ann.prepareInstead(21, 20, words.reading("newer"));
      assertThat(ann.told()).containsExactly("row newer", "idle");
    }
  }
}
