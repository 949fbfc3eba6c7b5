package dev.heimdall.engine.dialect.mysql.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Text that nobody would write, and what reading text costs. */
class MysqlClassifierFuzzTest {
  private static final int ROUNDS = 10_000;

  private static final List<String> PARTS =
      List.of(
          "select",
          "set",
          "@",
          "@@",
          "@a",
          "@@global.",
          ":=",
          "=",
          "(",
          ")",
          ";",
          ",",
          ".",
          "'",
          "\"",
          "`",
          "\\",
          "/*!",
          "/*!50100",
          "/*!99999",
          "/*M!",
          "*/",
          "/*",
          "--",
          "-- ",
          "#",
          "\n",
          "begin",
          "end",
          "case",
          "if",
          "loop",
          "create",
          "procedure",
          "trigger",
          "with",
          "transaction",
          "start",
          "commit",
          "and",
          "chain",
          "get_lock",
          "last_insert_id",
          "into",
          "outfile",
          "x'41'",
          "_utf8mb4",
          "1",
          "0x1",
          ".5",
          "a",
          "kill",
          "query",
          "show",
          "count",
          "names",
          "statement",
          "for",
          "xa",
          "handler",
          "open",
          "load",
          "data",
          "local",
          "é");

  private final MysqlClassifier classifier = new MysqlClassifier();

  @Test
  void nothingIsThrownWhateverTheText() {
    Random random = new Random(20_261_122);
    for (int i = 0; i < ROUNDS; i++) {
      StringBuilder text = new StringBuilder();
      int parts = random.nextInt(14);
      for (int p = 0; p < parts; p++) {
        text.append(PARTS.get(random.nextInt(PARTS.size())));
        text.append(random.nextInt(3) == 0 ? "" : " ");
      }
      byte[] sql = text.toString().getBytes(StandardCharsets.UTF_8);
      check(sql, random);
      if (sql.length > 0) {
        sql[random.nextInt(sql.length)] = (byte) random.nextInt(256);
        check(sql, random);
      }
    }
  }

  private void check(byte[] sql, Random random) {
    String described = new String(sql, StandardCharsets.ISO_8859_1);
    LexerMode mode =
        new LexerMode(random.nextBoolean(), random.nextBoolean(), random.nextInt(8) == 0);
    assertThatCode(() -> classifier.classify(sql, 0, sql.length, mode))
        .as(described)
        .doesNotThrowAnyException();
    StatementFacts facts = classifier.classify(sql, 0, sql.length, mode);
    // A frame around the text shows whether anything outside of it is looked at.
    for (char frame : "'@/*;a".toCharArray()) {
      byte[] framed = new byte[sql.length + 6];
      Arrays.fill(framed, (byte) frame);
      System.arraycopy(sql, 0, framed, 3, sql.length);
      assertThat(classifier.classify(framed, 3, sql.length, mode)).as(described).isEqualTo(facts);
    }
    assertThat(facts.statements() == 0)
        .as(described)
        .isEqualTo(facts.kind() == StatementKind.EMPTY);
    assertThat(facts.statements() > 1).as(described).isEqualTo(facts.kind() == StatementKind.MULTI);
  }

  @Test
  void longTextsComeToAnEnd() {
    for (String part : PARTS) {
      byte[] sql =
          (part + " ").repeat((1 << 17) / (part.length() + 1)).getBytes(StandardCharsets.UTF_8);
      assertThat(classifier.classify(sql, 0, sql.length, MysqlSql.USUAL_MODE)).isNotNull();
    }
  }

  @Test
  void statementsWithoutEffectsAllocateNothing() {
    List<byte[]> statements =
        List.of(
                "SELECT c FROM sbtest1 WHERE id = 5015",
                "SELECT DISTINCT c, count(*) FROM t WHERE id BETWEEN 1 AND 2 ORDER BY c LIMIT 3",
                "INSERT INTO t (id, k, c) VALUES (1, 2, 'x'), (3, 4, now())",
                "UPDATE t SET k = k + 1 WHERE id = 1",
                "DELETE FROM t WHERE id = 1",
                "BEGIN",
                "START TRANSACTION READ ONLY",
                "COMMIT",
                "ROLLBACK",
                "SAVEPOINT a",
                "SHOW TABLES",
                "SELECT @@session.tx_isolation".replace("tx_isolation", "a"),
                "BEGIN; SELECT 1; COMMIT")
            .stream()
            .map(sql -> sql.getBytes(StandardCharsets.UTF_8))
            .toList();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long read = run(statements);
    long before = threads.getCurrentThreadAllocatedBytes();
    read += run(statements);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(read).isPositive();
    // Less than one object in a thousand calls: what the measuring itself may take.
    assertThat(allocated).isLessThan(16L * ROUNDS / 1000);
  }

  private long run(List<byte[]> statements) {
    long read = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] sql = statements.get(i % statements.size());
      read += classifier.classify(sql, 0, sql.length, MysqlSql.USUAL_MODE).statements();
    }
    return read;
  }
}
