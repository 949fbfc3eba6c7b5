package dev.heimdall.manager.trial;

import dev.heimdall.model.Configuration;

/**
 * Says what the rules of a configuration do with a statement, by the code that nodes have. No
 * database is asked. May be called by several threads; takes as long as it takes.
 */
@FunctionalInterface
public interface StatementTrial {
  /**
   * Tries a statement.
   *
   * @param configuration a right one, with the question's virtual database
   */
  Verdict of(Configuration configuration, Question question);
}
