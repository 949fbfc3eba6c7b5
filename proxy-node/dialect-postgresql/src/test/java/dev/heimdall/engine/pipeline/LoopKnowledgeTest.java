package dev.heimdall.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.CacheUse;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an event loop keeps of statements, and what that may weigh. */
class LoopKnowledgeTest {
  private static final NameScope SCOPE = new NameScope("db", "app", null);

  private final MemoryBudget budget = new MemoryBudget(4 << 20, 1);
  private final StatementTimes times = new StatementTimes();
  private final LoopKnowledge knowledge = ofLoop();

  private LoopKnowledge ofLoop() {
    return new LoopKnowledge(
        17,
        23,
        new PostgresClassifier(),
        times,
        Runnable::run,
        Runnable::run,
        budget.ofLoop(BudgetedCache.STATEMENTS));
  }

  private static byte[] sql(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String tables(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(i -> "some_table_" + i)
        .collect(Collectors.joining(", ", "SELECT count(*) FROM ", ""));
  }

  /** As a session does it: the second time it is read. */
  private Statement judged(String text) {
    byte[] sql = sql(text);
    knowledge.look(sql, 0, sql.length, LexerMode.STANDARD);
    return judged(knowledge.known(), sql);
  }

  private Statement judged(FingerprintEntry known, byte[] sql) {
    for (int i = 0; i < 2; i++) {
      if (knowledge.read(known, sql, 0, sql.length, LexerMode.STANDARD, () -> {})) {
        Statement statement =
            known.statement(SCOPE, Catalogue.unknown("db", PostgresObjects.INSTANCE));
        knowledge.weigh(known);
        return statement;
      }
    }
    throw new AssertionError("it was read, and is still not known");
  }

  private CacheUse use() {
    return budget.use(BudgetedCache.STATEMENTS);
  }

  @Test
  void statementsWithManyTablesDoNotWeighMoreThanTheyMay() {
    for (int i = 0; i < 200; i++) {
      assertThat(judged(tables(i * 50, 50)).tablesRead()).hasSize(50);
      assertThat(use().bytes()).isLessThanOrEqualTo(use().limit());
    }
    assertThat(use().bytes()).isGreaterThan(use().limit() / 3);
    assertThat(use().evictions()).isPositive();
  }

  @Test
  void textsThatComeAgainDoNotWeighMoreThanTheyMay() {
    for (int i = 0; i < 400; i++) {
      byte[] sql = sql("SELECT \"" + "x".repeat(3_000) + i + '"');
      knowledge.look(sql, 0, sql.length, LexerMode.STANDARD);
      knowledge.look(sql, 0, sql.length, LexerMode.STANDARD);
      assertThat(use().bytes()).isLessThanOrEqualTo(use().limit());
    }
    assertThat(use().evictions()).isPositive();
  }

  @Test
  void aStatementThatIsTooLargeToBeKeptIsJudgedAllTheSame() {
    String text = tables(0, 3_000);

    assertThat(judged(text).tablesRead()).hasSize(3_000);
    assertThat(judged(text).tablesRead()).hasSize(3_000);
    assertThat(use().bytes()).isLessThanOrEqualTo(use().limit());
  }

  @Test
  void whatWasKeptOfATextIsLookedUpAnewOnceItHasLostItsPlace() {
    byte[] sql = sql("SELECT 1 FROM kept");
    knowledge.look(sql, 0, sql.length, LexerMode.STANDARD);
    ClassifiedText examined = new ClassifiedText();
    FingerprintEntry first = knowledge.known();
    examined.set(
        sql,
        sql.length,
        LexerMode.STANDARD,
        knowledge.look(sql, 0, sql.length, LexerMode.STANDARD),
        first,
        1,
        2);
    for (int i = 0; !first.dropped(); i++) {
      judged(tables(i * 50, 50));
    }

    FingerprintEntry now = knowledge.renewed(examined);
    assertThat(now).isNotSameAs(first);
    assertThat(now.dropped()).isFalse();
    assertThat(examined.known()).isSameAs(now);
    assertThat(judged(now, sql).tablesRead()).containsExactly("db.kept");
    knowledge.look(sql, 0, sql.length, LexerMode.STANDARD);
    assertThat(knowledge.known()).isSameAs(now);
  }

  private static FingerprintEntry looked(LoopKnowledge by, String text) {
    by.look(sql(text), 0, sql(text).length, LexerMode.STANDARD);
    return by.known();
  }

  @Test
  void whatOneLoopHasMeasuredIsKnownToTheOthers() {
    LoopKnowledge other = ofLoop();
    assertThat(looked(knowledge, "SELECT 1").averageMicros()).isEqualTo(-1);

    looked(knowledge, "SELECT 1").took(800);

    assertThat(looked(other, "SELECT 2").averageMicros()).isEqualTo(800);
    assertThat(looked(other, "SELECT 2, 3").averageMicros()).isEqualTo(-1);
    looked(other, "SELECT 2").took(1600);
    assertThat(looked(other, "SELECT 2").averageMicros()).isEqualTo(900);
    assertThat(looked(knowledge, "SELECT 1").averageMicros()).isEqualTo(800);

    looked(other, "SELECT 2").took(8900);
    assertThat(looked(other, "SELECT 2").averageMicros()).isEqualTo(1900);
    assertThat(looked(knowledge, "SELECT 1").averageMicros())
        .as("a loop with an average of its own")
        .isEqualTo(1900);
    looked(knowledge, "SELECT 1").took(1900);
    assertThat(looked(other, "SELECT 2").averageMicros()).isEqualTo(1900);
  }
}
