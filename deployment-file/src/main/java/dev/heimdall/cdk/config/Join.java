package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Connection method for the networks of several regions. */
public enum Join implements Spelled {
  /** Not by the deployment. */
  NONE,
  /** Each with each other, by a VPC peering connection. */
  PEERING,
  /** They are connected already, with routes, by what is not the deployment's. */
  EXISTING
}
