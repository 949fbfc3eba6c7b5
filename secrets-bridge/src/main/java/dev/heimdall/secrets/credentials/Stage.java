package dev.heimdall.secrets.credentials;

/** Stage that selects a version of a secret. */
enum Stage {
  /** The one to use. */
  AWSCURRENT,
  /** The one before it. */
  AWSPREVIOUS
}
