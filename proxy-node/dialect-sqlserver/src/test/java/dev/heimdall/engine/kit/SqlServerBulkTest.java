package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Bulk loads of clients of SQL Server: a statement, and rows in a message of their own. */
class SqlServerBulkTest {
  private static final String ANNOUNCEMENT = "INSERT BULK t (a int)";

  @Nested
  class Loads extends KitContract {
    Loads() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient ann(String rules) {
      start(KitSettings.of(ONE_CONNECTION), rules);
      return (SqlServerKitClient) client("ann");
    }

    @Test
    void rowsGoToTheConnectionThatWaitsForThem() {
      SqlServerKitClient ann = ann("");
      KitClient bob = client("bob");

      answers(ann, ANNOUNCEMENT, "idle");
      bob.sends(words.reading("two"));
      assertThat(bob.told()).isEmpty();
      ann.load();

      assertThat(ann.told()).containsExactly("idle");
      assertThat(bob.told()).containsExactly("row two", "idle");
      assertThat(servers().open().get(0).received()).contains(ANNOUNCEMENT, "rows");
    }

    @Test
    void aClientThatSendsNoRowsKeepsNoConnection() {
      SqlServerKitClient ann = ann("");
      answers(ann, ANNOUNCEMENT, "idle");

      answers(ann, words.reading("one"), "row one", "idle");

      answers(client("bob"), words.reading("two"), "row two", "idle");
      ann.load();
      assertThat(ann.told()).containsExactly("error 50000");
    }

    @Test
    void rulesJudgeTheStatement() {
      SqlServerKitClient ann = ann("{\"match\": \"INSERT BULK\", \"action\": \"drop\"}");

      assertThat(ann.asks(ANNOUNCEMENT)).allMatch(KitContract::isError).isNotEmpty();
      ann.load();
      assertThat(ann.told()).containsExactly("error 50000");
      answers(ann, words.reading("one"), "row one", "idle");
    }
  }
}
