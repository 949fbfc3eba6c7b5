package dev.heimdall.routing.instance;

/**
 * Identity and location of the instance.
 *
 * @param id such as {@code i-0123456789abcdef0}
 * @param zone such as {@code eu-west-1b}
 */
public record Instance(String id, String region, String zone) {}
