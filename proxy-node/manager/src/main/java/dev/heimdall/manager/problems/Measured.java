package dev.heimdall.manager.problems;

/**
 * Current figures of a virtual database; NaN where they are unknown.
 *
 * @param p99 milliseconds
 * @param cachePercent of lookups that the cache answered
 */
public record Measured(double p99, double cachePercent) {}
