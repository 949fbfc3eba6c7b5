package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.Port;
import software.constructs.IConstruct;

/**
 * A fleet, made in this app or imported. Its own connections are those of clients, who reach the
 * load balancer; the nodes' are {@link #getNodes}.
 */
public interface IHeimdallFleet extends IConstruct, IConnectable {
  /** Name of the fleet's instances. */
  String getFleetName();

  /** Address that clients connect to. */
  String getAddress();

  /** The hosted zone of that name, which aliases name. */
  String getAddressHostedZoneId();

  /** The ports of virtual databases. */
  List<Integer> getPorts();

  /** The port of the nodes' HTTP endpoint. */
  int getHttpPort();

  /** The nodes, which connect to databases, stores and file systems. */
  Connections getNodes();

  /** The id of the nodes' security group. */
  String getNodeSecurityGroupId();

  /** Lets clients in at each of the ports. */
  default void allowClientsFrom(IConnectable clients) {
    for (int port : getPorts()) {
      getConnections().allowFrom(clients, Port.tcp(port), "clients of Heimdall");
    }
  }

  /**
   * Metric that nodes send to CloudWatch for a virtual database, where its document exports
   * metrics.
   *
   * @param name such as {@code DB Query Rate}, of which the sum is asked; of others the average
   */
  default Metric metric(String name, String vdb) {
    return metric(name, vdb, MetricOptions.builder().build());
  }

  /** Metric of a virtual database, with another period, statistic or label. */
  default Metric metric(String name, String vdb, MetricOptions options) {
    return Metrics.ofVdb(name, vdb).with(options);
  }
}
