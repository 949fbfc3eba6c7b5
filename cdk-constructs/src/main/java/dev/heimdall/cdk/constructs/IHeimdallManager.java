package dev.heimdall.cdk.constructs;

import software.amazon.awscdk.services.ec2.IConnectable;
import software.constructs.IConstruct;

/** A manager, made in this app or imported. Its connections are those of who uses it. */
public interface IHeimdallManager extends IConstruct, IConnectable {
  /** Where it is, by the load balancer's own name, which a certificate does not have. */
  String getUrl();

  /** The port of its pages and its REST. */
  int getPort();
}
