package dev.heimdall.launcher.conf;

import dev.heimdall.model.Spelled;

/** What a machine is there for. */
public enum Role implements Spelled {
  /** It runs a proxy node. */
  PROXY,
  /** It runs the manager. */
  SERVER,
  /** It runs both. */
  BOTH
}
