package dev.heimdall.cdk.constructs;

/**
 * What is known of a store that another app or template has made.
 *
 * @param address the host of its primary, or in cluster mode what leads to all servers
 * @param port of its servers
 * @param clusterMode whether it has several shards
 * @param securityGroupId that of its servers
 * @param passwordName the name of the secret whose text is the password
 */
public record HeimdallStoreAttributes(
    String address, int port, boolean clusterMode, String securityGroupId, String passwordName) {}
