package dev.heimdall.manager.analytics;

/**
 * A kind of statements, with what was counted of it in some time.
 *
 * @param share of the time that all statements took that were asked for, of a hundred
 */
record QueryLine(PatternKey key, PatternSums sums, PatternFacts facts, double share) {}
