package dev.heimdall.jmh;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.LoopRules;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.rules.SessionRules;
import dev.heimdall.engine.rules.StatementText;
import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementTable;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
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

/** What rules cost a statement: one whose text is known, and one with another literal each time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RulesBenchmark {
  private static final String SELECT = "SELECT abalance FROM pgbench_accounts WHERE aid = ";

  @Param({"10", "50", "100"})
  public int rules;

  private final Fingerprinter fingerprinter = new Fingerprinter(Dialect.POSTGRES, 17, 23);
  private final StatementTable<Statement> table = new StatementTable<>(4096);
  private final StatementText text = new StatementText();
  private final byte[][] texts = new byte[1 << 16][];
  private LoopRules loop;
  private SessionRules session;
  private Statement statement;
  private int next;

  /** Rules of mixed kinds, some of which match. */
  private static String rule(int i) {
    return switch (i % 10) {
      case 0 -> "{\"match\": \"(?i)^select .* from t" + i + "\\\\b\", \"action\": \"allow\"}";
      case 1 -> "{\"match\": \"tables:bench.t" + i + "\", \"action\": \"drop\"}";
      case 2 -> "{\"match\": \"(?i)^\\\\s*drop\\\\s+table t" + i + "\", \"action\": \"drop\"}";
      case 3 ->
          "{\"match\": [\"users:u" + i + "\", \"(?i)^select\"], \"action\": \"reader-eligible\"}";
      case 4 ->
          "{\"match\": \"tables:bench.pgbench_accounts\", \"action\": \"cache\", \"parameters\":"
              + " {\"ttl\": "
              + i
              + "}}";
      case 5 ->
          "{\"match\": \"(?i)^select\", \"action\": \"log\", \"parameters\": {\"slowtime\": "
              + i
              + "}}";
      case 6 ->
          "{\"match\": \"pgbench\", \"action\": \"log\", \"parameters\": {\"sample\": 100}}";
      case 7 -> "{\"match\": \"ips:10.0.0.0/8\", \"action\": \"tag\"}";
      case 8 -> "{\"match\": \"(union|sleep)\\\\s*\\\\(" + i + "\", \"action\": \"drop\"}";
      default -> "{\"match\": \"literals:l" + i + "\", \"action\": \"nocache\"}";
    };
  }

  /** Reads the rules and learns the statement. */
  @Setup
  public void prepare() throws IOException, ConfigurationException {
    List<String> written = new ArrayList<>();
    for (int i = 0; i < rules; i++) {
      written.add(rule(i));
    }
    Path dir = Files.createTempDirectory("rules");
    for (String folder : List.of("sources", "vdbs", "rules")) {
      Files.createDirectory(dir.resolve(folder));
    }
    Files.writeString(dir.resolve("sources/db.json"), "{\"url\": \"jdbc:postgresql://db\"}");
    Files.writeString(
        dir.resolve("vdbs/bench.json"),
        "{\"ports\": [5432], \"source\": \"db\", \"rules\": [\"main\"]}");
    Files.writeString(
        dir.resolve("rules/main.json"), "{\"rules\": [" + String.join(",", written) + "]}");
    Configuration configuration = ConfigurationReader.read(dir);
    RuleBook book = RuleBook.compile(configuration, configuration.vdbs().get("bench"), null);
    loop = book.forLoop();
    session =
        loop.session(
            new SessionFacts(
                "bench",
                "bench",
                "alice",
                List.of(),
                "pgbench",
                InetAddress.getLoopbackAddress(),
                5432,
                1));
    statement =
        new Statement(
            new ParsedStatement(
                StatementClass.READ, true, 1, List.of(), List.of(), List.of(), false, List.of()),
            StatementClass.READ,
            new TreeSet<>(List.of("bench.pgbench_accounts")),
            new TreeSet<>(),
            false,
            true,
            null,
            null);
    for (int i = 0; i < texts.length; i++) {
      texts[i] = (SELECT + (i * 7919 + 1_000_000) + ";").getBytes(StandardCharsets.UTF_8);
    }
    fingerprinter.read(texts[0], 0, texts[0].length, true);
    table.put(fingerprinter.high(), fingerprinter.low(), statement);
    decide(texts[0]);
  }

  private Decision decide(byte[] sql) {
    fingerprinter.read(sql, 0, sql.length, true);
    Statement known = table.get(fingerprinter.high(), fingerprinter.low());
    text.set(sql, 0, sql.length, fingerprinter.exactHigh(), fingerprinter.exactLow());
    return loop.decide(session, text, known, false, false, -1, next);
  }

  /** Fingerprint, facts and decision of a text that was seen before. */
  @Benchmark
  public Decision known() {
    return decide(texts[0]);
  }

  /** The same of one of so many texts that most are new. */
  @Benchmark
  public Decision otherLiteral() {
    return decide(texts[next++ & texts.length - 1]);
  }

  /** The decision alone. */
  @Benchmark
  public Decision decisionOfKnown() {
    return loop.decide(session, text, statement, false, false, -1, next);
  }
}
