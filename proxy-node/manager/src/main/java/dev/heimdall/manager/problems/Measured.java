package dev.heimdall.manager.problems;

/**
 * What a virtual database does at the moment; NaN where nothing is known.
 *
 * @param p99 milliseconds
 * @param cachePercent of lookups that the cache answered
 */
public record Measured(double p99, double cachePercent) {}
