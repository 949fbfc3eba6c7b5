package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogues;
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
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.RuleMemory;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.test.fixture.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an event loop knows of statements, while catalogues come and go. */
class KnownStatementsIT {
  private static final String DATABASE = "catalog_known";
  private static final byte[] SQL = "SELECT f()".getBytes(StandardCharsets.UTF_8);
  private static final String FUNCTION =
      "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS ";

  private final QueryPipeline pipeline =
      new QueryPipeline(
          new LoopPipelines(
              new LoopKnowledge(
                  17,
                  23,
                  new PostgresClassifier(),
                  new StatementTimes(),
                  Runnable::run,
                  Runnable::run,
                  new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.STATEMENTS)),
              Runnable::run,
              Runnable::run,
              new RuleMemory(new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.RULES))),
          () -> {});

  @TempDir Path directory;
  private RuleBook noRules;

  @BeforeEach
  void compileNoRules() throws Exception {
    for (String folder : List.of("sources", "vdbs")) {
      Files.createDirectory(directory.resolve(folder));
    }
    Files.writeString(
        directory.resolve("sources/db.json"), "{\"url\": \"jdbc:postgresql://db/app\"}");
    Files.writeString(
        directory.resolve("vdbs/app.json"), "{\"ports\": [5432], \"source\": \"db\"}");
    Configuration configuration = ConfigurationReader.read(directory);
    noRules =
        RuleBook.compile(configuration, configuration.vdbs().get("app"), PostgresSql.DIALECT, null);
  }

  private Statement judged(Catalogues by, Redefined own) {
    NameScope scope = new NameScope(DATABASE, "app", null);
    pipeline.rulesAndCatalogues(new RulesAndCatalogues(noRules, by));
    pipeline.classify(SQL, 0, SQL.length, LexerMode.STANDARD);
    while (!pipeline.understand(SQL, 0, SQL.length, LexerMode.STANDARD, scope, own)) {
      assertThat(scope.database()).isEqualTo(DATABASE); // read at once: the second time it is known
    }
    return pipeline.statement();
  }

  @Test
  void catalogueOfAnotherSourceIsAskedAgainThoughItIsItsFirstToo() throws Exception {
    try (Asked db = Asked.of(DATABASE, "CREATE TABLE t (i int)", FUNCTION + "'SELECT 1'")) {
      assertThat(judged(db.catalogues(), Redefined.NOTHING).readOnly()).isTrue();

      Asked.run(DATABASE, FUNCTION + "'INSERT INTO t VALUES (1) RETURNING i'");
      try (Catalogues another =
          Asked.catalogues(Asked.source("app", "app", Duration.ofHours(2), Map.of()))) {
        another.current(DATABASE);
        Await.until("it was read", () -> another.current(DATABASE).fresh());

        assertThat(judged(another, Redefined.NOTHING).tablesWritten())
            .containsExactly("catalog_known.t");
        assertThat(judged(another, Redefined.CODE).writesAnything()).isTrue();
        assertThat(judged(another, Redefined.NOTHING).writesAnything()).isFalse();
        assertThat(judged(db.catalogues(), Redefined.NOTHING).readOnly()).isTrue();
      }
    }
  }
}
