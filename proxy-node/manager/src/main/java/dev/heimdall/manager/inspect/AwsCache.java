package dev.heimdall.manager.inspect;

/**
 * A cache of ElastiCache.
 *
 * @param engine {@code redis} or {@code valkey}
 * @param version may be empty
 * @param serverless whether AWS scales it; such a cache is always in cluster mode and wants TLS
 * @param password whether it wants one
 * @param address {@code host:port}; empty while it has none
 */
public record AwsCache(
    String name,
    String engine,
    String version,
    String status,
    boolean serverless,
    boolean clustered,
    boolean tls,
    boolean password,
    String address) {}
