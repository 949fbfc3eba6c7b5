package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.rules.LoopRules;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.RuleMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * State shared by the pipelines of one event loop: facts known about texts, and the rules' caches.
 */
public final class LoopPipelines {
  private final LoopKnowledge knowledge;
  private final Executor matching;
  private final Executor loop;
  private final RuleMemory memory;
  private final Map<RuleBook, LoopRules> rules = new HashMap<>(4);

  /**
   * @param matching where texts are tried that are too long for the loop
   * @param loop the event loop
   * @param memory what the rules' caches may take
   */
  public LoopPipelines(
      LoopKnowledge knowledge, Executor matching, Executor loop, RuleMemory memory) {
    this.memory = memory;
    this.knowledge = knowledge;
    this.matching = matching;
    this.loop = loop;
  }

  public LoopKnowledge knowledge() {
    return knowledge;
  }

  LoopRules rules(RuleBook book) {
    LoopRules known = rules.get(book);
    if (known == null) {
      rules.keySet().removeIf(RuleBook::retired);
      known = book.forLoop(memory);
      rules.put(book, known);
    }
    return known;
  }

  Executor matching() {
    return matching;
  }

  Executor loop() {
    return loop;
  }
}
