package dev.heimdall.model;

/** Handling of a Parse without a statement name. */
public enum AnonymousParse implements Spelled {
  /** A text that comes again stays prepared where that shows in nothing but speed. */
  AUTO,
  /** It goes to the server as it is. */
  FORWARD,
  /** It is given a name by the proxy and kept on the server connection, like a named one. */
  CACHE
}
