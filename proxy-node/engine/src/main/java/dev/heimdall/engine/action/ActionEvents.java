package dev.heimdall.engine.action;

import dev.heimdall.engine.observe.NodeCounter;
import java.util.Collection;

/**
 * Is told what rule actions do. Called on any thread, event loops included, and must not block.
 * Neither SQL nor values are ever part of it.
 */
public interface ActionEvents {
  /** Counts this number of further occurrences. */
  void count(NodeCounter counter, long times);

  /**
   * Reports a failure that has no other recipient.
   *
   * @param action what was to be done: "async-execute", "trigger" …
   * @param what the queue, the pattern, the program …
   * @param tables the tables of the statement; empty when none are known
   * @param sqlstate the SQLSTATE, or null where it was not a server that failed
   * @param reason in words, without anything that a statement held
   */
  void failed(
      String action, String what, Collection<String> tables, String sqlstate, String reason);

  /**
   * A program of a trigger ended.
   *
   * @param program its path
   * @param end how, in words
   * @param output what it wrote, shortened
   */
  void program(String program, String end, String output);
}
