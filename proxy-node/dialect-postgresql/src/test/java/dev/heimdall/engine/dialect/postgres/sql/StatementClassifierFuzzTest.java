package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, there are facts, and they keep their shape. */
class StatementClassifierFuzzTest {
  private static final long SEED = 20261120L;
  private static final int ROUNDS = 40_000;

  private static final List<String> PIECES =
      List.of(
          "SET ",
          "a.b",
          " = ",
          "'",
          "''",
          "\"",
          "E'",
          "U&'",
          "U&\"",
          "$$",
          "$x$",
          "$1",
          "\\",
          "--",
          "\n",
          "/*",
          "*/",
          ";",
          "(",
          ")",
          ",",
          ".",
          "set_config",
          "SELECT ",
          "true",
          "BEGIN ",
          "ATOMIC ",
          "END ",
          "CREATE ",
          "FUNCTION ",
          "TEMP ",
          "TABLE ",
          "AS ",
          "EXECUTE ",
          "PREPARE ",
          "DEALLOCATE ",
          "DISCARD ",
          "LISTEN ",
          "UNLISTEN ",
          "*",
          "p",
          "ALL",
          "DO ",
          "LANGUAGE ",
          "EXPLAIN ",
          "WITH ",
          "HOLD ",
          "DECLARE ",
          "INTO ",
          "pg_temp",
          "TIME ",
          "ZONE ",
          "SESSION ",
          "LOCAL ",
          "TO ",
          "DEFAULT ",
          "ROLLBACK ",
          "AND ",
          "CHAIN ",
          "RESET ",
          "UESCAPE ",
          "1e",
          "0x",
          "\u00e9",
          "ON ",
          "COMMIT ",
          "DROP ",
          "CASE ");

  private final StatementClassifier classifier = new PostgresClassifier();

  @Test
  void randomBytesHaveFacts() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      check(generator.bytes(generator.below(200)), SEED + round);
    }
  }

  @Test
  void randomPiecesHaveFacts() {
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      StringBuilder sql = new StringBuilder();
      int pieces = generator.below(30);
      for (int i = 0; i < pieces; i++) {
        sql.append(generator.oneOf(PIECES));
      }
      check(sql.toString().getBytes(StandardCharsets.UTF_8), SEED + round);
    }
  }

  @Test
  void mutatedStatementsHaveFacts() {
    List<String> statements = new ArrayList<>();
    for (List<String> table :
        List.of(
            StatementClassifierTest.kinds(),
            StatementClassifierTest.effects(),
            StatementClassifierTest.batches())) {
      for (String line : table) {
        statements.add(line.split(" ==>", 2)[0]);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      SqlGenerator generator = new SqlGenerator(SEED + round);
      StringBuilder sql = new StringBuilder(generator.oneOf(statements));
      int mutations = 1 + generator.below(4);
      for (int i = 0; i < mutations; i++) {
        int at = generator.below(sql.length() + 1);
        switch (generator.below(3)) {
          case 0 -> sql.insert(at, generator.oneOf(PIECES));
          case 1 -> sql.setLength(at);
          default -> sql.delete(at, Math.min(sql.length(), at + 1 + generator.below(3)));
        }
      }
      check(sql.toString().getBytes(StandardCharsets.UTF_8), SEED + round);
    }
  }

  @Test
  void eachPrefixOfAStatementHasFacts() {
    for (String line : StatementClassifierTest.effects()) {
      byte[] sql = line.split(" ==>", 2)[0].getBytes(StandardCharsets.UTF_8);
      for (int length = 0; length <= sql.length; length++) {
        check(Arrays.copyOf(sql, length), length);
      }
    }
  }

  private void check(byte[] sql, long seed) {
    String described = "seed " + seed + ": " + new String(sql, StandardCharsets.ISO_8859_1);
    // A frame around the text shows whether anything outside of it is looked at.
    byte[] framed = new byte[sql.length + 6];
    Arrays.fill(framed, (byte) '\'');
    System.arraycopy(sql, 0, framed, 3, sql.length);
    for (LexerMode mode : List.of(LexerMode.STANDARD, LexerMode.ESCAPES)) {
      assertThatCode(() -> classifier.classify(sql, 0, sql.length, mode))
          .as(described)
          .doesNotThrowAnyException();
      StatementFacts facts = classifier.classify(sql, 0, sql.length, mode);
      assertThat(classifier.classify(framed, 3, sql.length, mode)).as(described).isEqualTo(facts);
      assertThat(facts.statements() == 0)
          .as(described)
          .isEqualTo(facts.kind() == StatementKind.EMPTY);
      assertThat(facts.statements() > 1)
          .as(described)
          .isEqualTo(facts.kind() == StatementKind.MULTI);
      switch (facts.kind()) {
        case SESSION -> assertThat(facts.effects()).as(described).hasSizeLessThanOrEqualTo(1);
        case DEALLOCATE -> assertThat(facts.effects()).as(described).hasSize(1);
        case PREPARE -> {
          assertThat(facts.effects().get(0).type()).as(described).isEqualTo(Effect.Type.PREPARE);
          assertThat(facts.effects().get(0).start()).as(described).isPositive();
        }
        default -> {}
      }
      for (Effect effect : facts.effects()) {
        boolean placed = effect.start() >= 0;
        assertThat(effect.end() > effect.start()).as(described).isEqualTo(placed);
        assertThat(effect.end()).as(described).isLessThanOrEqualTo(sql.length);
        assertThat(effect.start()).as(described).isGreaterThanOrEqualTo(-1);
      }
    }
  }
}
