package dev.heimdall.cdk.constructs;

import java.util.List;

/**
 * What is known of a fleet that another app or template has made, as its outputs say it.
 *
 * @param fleetName what its instances are called
 * @param address what clients connect to
 * @param addressHostedZoneId the hosted zone of that name
 * @param ports the ports of virtual databases
 * @param httpPort the port of the nodes' HTTP endpoint
 * @param balancerSecurityGroupId the security group before the load balancer
 * @param nodeSecurityGroupId the nodes'
 */
public record HeimdallFleetAttributes(
    String fleetName,
    String address,
    String addressHostedZoneId,
    List<Integer> ports,
    int httpPort,
    String balancerSecurityGroupId,
    String nodeSecurityGroupId) {
  public HeimdallFleetAttributes {
    ports = List.copyOf(ports);
  }
}
