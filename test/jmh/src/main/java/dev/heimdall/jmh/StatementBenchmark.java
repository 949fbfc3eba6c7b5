package dev.heimdall.jmh;

import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementTable;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Cost of recognising a statement: classified, fingerprinted and found, or parsed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StatementBenchmark {
  @Param({
    "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;",
    "SELECT a.id, a.balance FROM accounts a JOIN branches b ON a.bid = b.id WHERE a.id = 42 AND b.c = 'x'"
  })
  public String sql;

  private byte[] text;
  private final StatementClassifier classifier = new PostgresClassifier();
  private final Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, 17, 23);
  private final StatementTable<String> table = new StatementTable<>(4096);

  /** Fills the table. */
  @Setup
  public void fill() {
    text = sql.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2000; i++) {
      byte[] other = ("SELECT c" + i + " FROM t").getBytes(StandardCharsets.UTF_8);
      fingerprinter.read(other, 0, other.length, LexerMode.STANDARD);
      table.put(fingerprinter.high(), fingerprinter.low(), "other");
    }
    fingerprinter.read(text, 0, text.length, LexerMode.STANDARD);
    table.put(fingerprinter.high(), fingerprinter.low(), "this");
  }

  @Benchmark
  public StatementFacts classify() {
    return classifier.classify(text, 0, text.length);
  }

  @Benchmark
  public long fingerprint() {
    fingerprinter.read(text, 0, text.length, LexerMode.STANDARD);
    return fingerprinter.low() ^ fingerprinter.exactLow();
  }

  @Benchmark
  public String find() {
    fingerprinter.read(text, 0, text.length, LexerMode.STANDARD);
    return table.get(fingerprinter.high(), fingerprinter.low());
  }

  @Benchmark
  public ParsedStatement parse() {
    return PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
  }
}
