package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.rules.LoopRules;
import dev.heimdall.engine.rules.RuleBook;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** What the pipelines of one event loop share: what is known of texts, and the rules' caches. */
public final class LoopPipelines {
  private static final int MOST_BOOKS = 256;

  private final LoopKnowledge knowledge;
  private final Executor matching;
  private final Executor loop;
  private final Map<RuleBook, LoopRules> rules = new HashMap<>(4);

  /**
   * @param matching where texts are tried that are too long for the loop
   * @param loop the event loop
   */
  public LoopPipelines(LoopKnowledge knowledge, Executor matching, Executor loop) {
    this.knowledge = knowledge;
    this.matching = matching;
    this.loop = loop;
  }

  public LoopKnowledge knowledge() {
    return knowledge;
  }

  LoopRules rules(RuleBook book) {
    if (rules.size() >= MOST_BOOKS) {
      rules.clear(); // sessions have what they use; books of former configurations go
    }
    return rules.computeIfAbsent(book, RuleBook::forLoop);
  }

  Executor matching() {
    return matching;
  }

  Executor loop() {
    return loop;
  }
}
