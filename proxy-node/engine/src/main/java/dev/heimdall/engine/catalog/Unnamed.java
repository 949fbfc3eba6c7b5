package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Basis;
import java.util.Set;

/**
 * A function that statements call without naming it: behind a cast, the check of a domain, or an
 * operator that a word stands for. It takes part only where one of its types does.
 *
 * @param routine the function
 * @param through what calls it, in words
 * @param types the names of its types, and of those made of them
 * @param typeIds object ids of the same
 * @param relations those that have columns of these types, or that compute with them
 * @param ofServer whether all its types are the server's own, so that any value may be meant
 * @param words those that stand for it; none where what computes may call it without a word
 * @param changes whether it does more than to compute and to read
 * @param reads whether it reads tables
 * @param basis what results rest on where it takes part
 */
record Unnamed(
    Routine routine,
    String through,
    Set<String> types,
    Set<Long> typeIds,
    Set<Relation> relations,
    boolean ofServer,
    Set<String> words,
    boolean changes,
    boolean reads,
    Basis basis) {
  /** True if a parameter of one of these types has it called. */
  boolean isOf(int[] declared) {
    for (int type : declared) {
      if (typeIds.contains(Integer.toUnsignedLong(type))) {
        return true;
      }
    }
    return false;
  }
}
