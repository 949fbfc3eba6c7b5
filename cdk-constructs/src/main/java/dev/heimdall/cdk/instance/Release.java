package dev.heimdall.cdk.instance;

/**
 * The archive of a release.
 *
 * @param name what its folder on the instance is called
 * @param bucket where it lies
 * @param key where it lies there
 */
public record Release(String name, String bucket, String key) {}
