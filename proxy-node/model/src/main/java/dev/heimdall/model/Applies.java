package dev.heimdall.model;

/** Time at which a changed setting takes effect in a node that is running. */
public enum Applies implements Spelled {
  /** From the moment the new configuration is published. */
  AT_ONCE,
  /** For client and server connections that are opened afterwards; existing ones keep the old. */
  NEW_CONNECTIONS,
  /** Only after the node was restarted. */
  RESTART;

  @Override
  public String spelling() {
    return Spelled.super.spelling().replace('-', ' ');
  }
}
