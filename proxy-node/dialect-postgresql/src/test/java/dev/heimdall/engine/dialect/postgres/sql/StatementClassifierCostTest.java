package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.StatementClassifier;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What classification costs in memory. */
class StatementClassifierCostTest {
  private static final int CALLS = 20_000;

  private final StatementClassifier classifier = new PostgresClassifier();

  @Test
  void statementsWithoutEffectsAllocateNothing() {
    List<byte[]> statements =
        StatementClassifierTest.kinds().stream()
            .map(line -> line.split(" ==>", 2)[0])
            // Whether a setting ends with the transaction, and what it changes until then, is told
            // by its name, which costs a string.
            .filter(sql -> !sql.contains("transaction_") && !sql.startsWith("SET LOCAL"))
            // Names with unicode escapes are decoded.
            .filter(sql -> !sql.contains("U&\""))
            .map(sql -> sql.getBytes(StandardCharsets.UTF_8))
            .toList();
    assertThat(statements).hasSizeGreaterThan(100);
    byte[] batch = "BEGIN; SELECT 1; UPDATE a SET b = 1; COMMIT".getBytes(StandardCharsets.UTF_8);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long facts = run(statements, batch);
    long before = threads.getCurrentThreadAllocatedBytes();
    facts += run(statements, batch);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(facts).isPositive();
    // Less than one object in a thousand calls: what the measuring itself may take.
    assertThat(allocated).isLessThan(16L * CALLS / 1000);
  }

  private long run(List<byte[]> statements, byte[] batch) {
    long facts = 0;
    int n = statements.size();
    for (int i = 0; i < CALLS; i++) {
      byte[] sql = statements.get(i % n);
      facts += classifier.classify(sql, 0, sql.length).statements();
      facts += classifier.classify(batch, 0, batch.length).statements();
    }
    return facts;
  }
}
