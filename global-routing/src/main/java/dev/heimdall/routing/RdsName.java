package dev.heimdall.routing;

/**
 * Name for which the API is queried.
 *
 * @param name as RDS calls it
 * @param cluster whether it is a cluster; else an instance, which stands for its cluster, or for
 *     itself and its read replicas
 */
public record RdsName(String name, boolean cluster) {}
