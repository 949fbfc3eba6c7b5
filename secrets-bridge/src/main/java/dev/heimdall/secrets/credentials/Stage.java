package dev.heimdall.secrets.credentials;

/** Which of a secret's versions is meant. */
enum Stage {
  /** The one to use. */
  AWSCURRENT,
  /** The one before it. */
  AWSPREVIOUS
}
