package dev.heimdall.test.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.model.ActionParameters.LearnPattern;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleAction;
import dev.heimdall.test.fixture.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnIT {
  private static final LearnPattern HOW = new LearnPattern("firewall", RuleAction.ALLOW);

  @TempDir private Path directory;
  private Actions db;

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("rules"));
    Files.writeString(directory.resolve("rules/firewall.json"), "{\"rules\": []}");
    db = new Actions(directory, "action_learn", 2);
  }

  @AfterEach
  void stop() {
    db.close();
  }

  private void learn(long fingerprint, String sql) {
    db.actions()
        .learned()
        .learn(HOW, 0, fingerprint, () -> sql, PostgresSql.DIALECT, LexerMode.STANDARD);
  }

  private List<Rule> rules() throws Exception {
    Configuration configuration = ConfigurationReader.read(directory);
    return configuration.rules().get("firewall").rules();
  }

  @Test
  void aLearntPatternIsCountedAndBecomesARuleOfItsList() throws Exception {
    learn(1, "SELECT a FROM t WHERE b = 'secret'");
    learn(1, "SELECT a FROM t WHERE b = 'other'");
    learn(2, "SELECT c FROM t");
    Await.until("the rules are written", () -> rules().size() == 2);

    assertThat(rules()).allMatch(rule -> rule.action() == RuleAction.ALLOW);
    assertThat(rules())
        .extracting(rule -> rule.comment().orElse(""))
        .containsExactlyInAnyOrder("select a from t where b = ?", "select c from t");
    String document = Files.readString(directory.resolve("learned/firewall.json"));
    assertThat(document).doesNotContain("secret", "other");
    List<LearnedRow> learned = db.actions().learned().learned();
    assertThat(learned).extracting(LearnedRow::seen).containsExactly(2L, 1L);
    assertThat(db.actions().learned().json("firewall")).contains("\"action\" : \"allow\"");
    assertThat(db.actions().learned().json("another")).doesNotContain("allow");
  }

  @Test
  void whatWasLearntBeforeTheNodeStartedStays() throws Exception {
    learn(1, "SELECT 1");
    db.actions().close();
    try (Actions again = new Actions(directory, "action_learn", 2)) {
      again
          .actions()
          .learned()
          .learn(HOW, 0, 5, () -> "SELECT a", PostgresSql.DIALECT, LexerMode.STANDARD);
    }
    assertThat(rules()).hasSize(2);
    assertThat(Files.readString(directory.resolve("rules/firewall.json")))
        .isEqualTo("{\"rules\": []}");
  }

  @Test
  void aDocumentThatCannotBeWrittenIsReported() throws Exception {
    Files.createFile(directory.resolve("learned"));
    learn(1, "SELECT 1");
    Await.until("the failure is told", () -> !db.failures().isEmpty());
    assertThat(db.failures())
        .allMatch(f -> f.startsWith("learn-pattern firewall [] null learned/firewall.json"));
    Files.delete(directory.resolve("learned"));
    assertThat(db.actions().learned().learned()).hasSize(1);
  }
}
