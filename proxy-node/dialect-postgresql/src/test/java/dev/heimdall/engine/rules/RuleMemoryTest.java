package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.CacheUse;
import dev.heimdall.engine.memory.MemoryBudget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an event loop remembers of the decisions of rules, and what that may weigh. */
class RuleMemoryTest {
  private static final SessionFacts FACTS =
      new SessionFacts("shop", "shop", "alice", List.of(), "", null, 5432, 1, null);

  private final MemoryBudget budget = new MemoryBudget(5 << 20, 1);
  private final RuleMemory memory = new RuleMemory(budget.ofLoop(BudgetedCache.RULES));
  private final RuleBook book =
      RuleTrial.of(
              "{\"match\": \"(?i)^select '([a-z0-9]*)'\", \"action\": \"transform\","
                  + " \"parameters\": {\"target\": \"SELECT '$1' AS it\"}}")
          .book();

  private static boolean transforms(LoopRules rules, int number) {
    byte[] sql = ("SELECT '" + "x".repeat(5_000) + number + "'").getBytes(StandardCharsets.UTF_8);
    StatementText text = new StatementText();
    text.set(sql, 0, sql.length, number, number);
    return rules
        .decide(rules.session(FACTS), text, null, false, false, -1, 0)
        .transformed()
        .isPresent();
  }

  @Test
  void decisionsOnLongTextsDoNotWeighMoreThanTheyMay() {
    LoopRules rules = book.forLoop(memory);
    LoopRules others = book.forLoop(memory);
    for (int i = 0; i < 500; i++) {
      assertThat(transforms(rules, i)).isTrue();
      assertThat(transforms(others, i)).isTrue();
    }

    CacheUse use = budget.use(BudgetedCache.RULES);
    // One text more than it may be: room is made before the next one is tried.
    assertThat(rules.weight() + others.weight()).isBetween(1L, use.limit() + 100_000);
    assertThat(use.bytes()).isEqualTo(rules.weight() + others.weight());
    assertThat(use.evictions()).isPositive();
  }
}
