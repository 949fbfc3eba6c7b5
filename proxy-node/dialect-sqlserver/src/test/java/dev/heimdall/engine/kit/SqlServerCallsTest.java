package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Several calls of procedures in one message of a client of SQL Server. */
class SqlServerCallsTest {
  @Nested
  class Calls extends KitContract {
    Calls() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient ann(String rules) {
      start(KitSettings.of(ONE_CONNECTION), rules);
      return (SqlServerKitClient) client("ann");
    }

    private List<String> received() {
      return servers().open().get(0).received();
    }

    @Test
    void statementsOfSeveralHandlesAreRunWhereTheServerHasNoneOfThem() {
      SqlServerKitClient ann = ann("");
      ann.prepare(1, words.reading("one"));
      ann.told();
      ann.prepare(2, words.reading("two"));
      ann.told();
      answers(client("bob"), words.reading("b"), "row b", "idle");

      ann.callTwice(RpcProcedure.EXECUTE, 1, RpcProcedure.EXECUTE, 2);

      assertThat(ann.told()).containsExactly("row one", "row two", "idle");
      assertThat(received()).endsWith(words.reading("one"), words.reading("two"));
    }

    /** As mssql-jdbc does within a batch where the types of parameters are others. */
    @Test
    void aStatementIsPreparedBehindExecutionsOfTheOneThatItReplaces() {
      SqlServerKitClient ann = ann("");
      ann.prepare(1, words.reading("one"));
      ann.told();
      answers(client("bob"), words.reading("b"), "row b", "idle");

      ann.executeAndPrepareInstead(2, 1, words.reading("one"));

      assertThat(ann.told()).containsExactly("row one", "row one", "idle");
      ann.execute(2);
      assertThat(ann.told()).containsExactly("row one", "idle");
      ann.execute(1);
      assertThat(ann.told()).containsExactly("error 8179");
    }

    @Test
    void rulesJudgeEachStatement() {
      SqlServerKitClient ann = ann(SqlServerKitClient.RULES);

      for (String word : List.of("secret", "old", "none")) {
        ann.executeSqlTwice(words.reading("one"), words.reading(word));
        assertThat(ann.told()).as(word).hasSize(1).allMatch(KitContract::isError);
      }
      ann.executeSqlTwice(words.reading("old"), words.reading("old"));
      assertThat(ann.told()).containsExactly("row new", "row new", "idle");
      assertThat(received()).contains(words.reading("new")).doesNotContain(words.reading("one"));
    }

    @Test
    void aProceduresCallIsPreparedAndKeepsItsConnection() {
      SqlServerKitClient ann = ann("");

      ann.prepareCall(1, words.reading("one"));

      assertThat(ann.told()).containsExactly("row one", "idle");
      KitClient bob = client("bob");
      bob.sends(words.reading("two"));
      ann.execute(1);
      assertThat(ann.told()).containsExactly("row one", "idle");
      assertThat(bob.told()).isEmpty();
    }
  }
}
