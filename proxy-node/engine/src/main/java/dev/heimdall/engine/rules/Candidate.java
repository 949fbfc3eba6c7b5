package dev.heimdall.engine.rules;

import dev.heimdall.model.RuleParameters;
import java.util.List;

/**
 * A rule whose expressions match, with all that follows from the statement and the session alone.
 * What is left is what counters say, and whether an earlier rule keeps it from being looked at.
 *
 * @param number its place among all candidates
 * @param parameters with every name replaced
 * @param groups what the groups of its regular expression hold, all of the match first; empty where
 *     they are not used
 * @param newText what a transform makes of the statement; else null
 * @param hasEffect whether its action has an effect on the statement's tables
 * @param called the candidates of the list that it calls
 */
record Candidate(
    int number,
    CompiledRule rule,
    RuleParameters parameters,
    List<String> groups,
    String newText,
    boolean hasEffect,
    List<Candidate> called) {}
