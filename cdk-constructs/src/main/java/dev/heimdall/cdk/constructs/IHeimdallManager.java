package dev.heimdall.cdk.constructs;

import software.amazon.awscdk.services.ec2.IConnectable;
import software.constructs.IConstruct;

/** A manager, made in this app or imported. Its connections are those of who uses it. */
public interface IHeimdallManager extends IConstruct, IConnectable {
  /** URL with the load balancer's own name, which no certificate contains. */
  String getUrl();

  /** The port of its pages and its REST. */
  int getPort();
}
