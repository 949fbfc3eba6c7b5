package dev.heimdall.cdk.constructs;

/**
 * What is known of a manager that another app or template has made.
 *
 * @param url where it is
 * @param port the port of its pages and its REST
 * @param balancerSecurityGroupId the security group before its load balancer
 */
public record HeimdallManagerAttributes(String url, int port, String balancerSecurityGroupId) {}
