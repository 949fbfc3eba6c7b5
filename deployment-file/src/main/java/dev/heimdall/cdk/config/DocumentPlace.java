package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Location where nodes read their configuration. */
public enum DocumentPlace implements Spelled {
  /** Documents below a prefix of a bucket. */
  BUCKET,
  /** One secret that holds them all. */
  SECRET,
  /** The directory at the top of a file system. */
  FILE_SYSTEM
}
