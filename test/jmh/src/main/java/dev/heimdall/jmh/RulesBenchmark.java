package dev.heimdall.jmh;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.pipeline.LoopKnowledge;
import dev.heimdall.engine.pipeline.LoopPipelines;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.Redefined;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.RuleMemory;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
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

/**
 * Cost of rules for a statement: one whose text is known, and one with another literal each time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RulesBenchmark {
  private static final String SELECT = "SELECT abalance FROM pgbench_accounts WHERE aid = ";

  @Param({"0", "10", "50", "100"})
  public int rules;

  private final NameScope scope = new NameScope("bench", "alice", null);
  private final byte[][] texts = new byte[1 << 16][];
  private QueryPipeline pipeline;
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
      case 6 -> "{\"match\": \"pgbench\", \"action\": \"log\", \"parameters\": {\"sample\": 100}}";
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
    LoopKnowledge knowledge =
        new LoopKnowledge(
            17,
            23,
            new PostgresClassifier(),
            new StatementTimes(),
            Runnable::run,
            Runnable::run,
            new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.STATEMENTS));
    pipeline =
        new QueryPipeline(
            new LoopPipelines(
                knowledge,
                Runnable::run,
                Runnable::run,
                new RuleMemory(new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.RULES))),
            () -> {});
    pipeline.rulesAndCatalogues(
        new RulesAndCatalogues(
            RuleBook.compile(
                configuration, configuration.vdbs().get("bench"), PostgresSql.DIALECT, null),
            Catalogues.unread(
                configuration.sources().get("db"),
                database -> Catalogue.unknown(database, PostgresObjects.INSTANCE),
                new CatalogueMemory(
                    new MemoryBudget(64L << 20, 1).ofNode(BudgetedCache.CATALOGUES)))));
    pipeline.session(
        new SessionFacts(
            "bench",
            "bench",
            "alice",
            List.of(),
            "pgbench",
            InetAddress.getLoopbackAddress(),
            5432,
            1,
            null));
    for (int i = 0; i < texts.length; i++) {
      texts[i] = (SELECT + (i * 7919 + 1_000_000) + ";").getBytes(StandardCharsets.UTF_8);
    }
    // Read by the parser the first time, remembered as a text the second.
    for (int i = 0; i < 3; i++) {
      decide(texts[0]);
    }
    if (rules > 0 && decide(texts[0]).isNone()) {
      throw new IllegalStateException("no rule has matched");
    }
  }

  /** The steps that a session takes for each statement before it asks for a connection. */
  private Decision decide(byte[] sql) {
    pipeline.classify(sql, 0, sql.length, LexerMode.STANDARD);
    // Only the first text of its form has to be read by the parser, here at once.
    if (pipeline.understand(sql, 0, sql.length, LexerMode.STANDARD, scope, Redefined.NOTHING)
        || pipeline.understand(sql, 0, sql.length, LexerMode.STANDARD, scope, Redefined.NOTHING)) {
      pipeline.decide(false, false, next);
    }
    return pipeline.decision();
  }

  /** Classify and decide a text that was seen before: with 50 rules, 500 ns at most. */
  @Benchmark
  public Decision known() {
    return decide(texts[0]);
  }

  /** Decides a statement with one of so many texts that most are new. */
  @Benchmark
  public Decision otherLiteral() {
    return decide(texts[next++ & texts.length - 1]);
  }
}
