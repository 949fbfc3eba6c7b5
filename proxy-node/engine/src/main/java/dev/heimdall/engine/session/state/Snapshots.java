package dev.heimdall.engine.session.state;

/** By which snapshots of the database the reads of a transaction are answered. */
public enum Snapshots {
  /** Not reported yet. */
  UNKNOWN,
  /** Each statement has one of its own, of the moment when it begins. */
  OF_STATEMENT,
  /** All have the same one, or what they read is checked for conflicts; or they see more. */
  OF_TRANSACTION
}
