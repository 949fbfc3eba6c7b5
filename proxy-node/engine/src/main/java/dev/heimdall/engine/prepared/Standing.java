package dev.heimdall.engine.prepared;

/** State of a statement on a server. */
public enum Standing {
  /** Nothing. */
  ABSENT,
  /** The statement, as its clients know it, or the server itself says that it is not. */
  HERE,
  /** One of the same text, parsed anew; whether its clients would know it is being asked. */
  ASKED,
  /** One of the same text with another shape. */
  MISFIT,
  /** Perhaps something by its name: to be closed before it is parsed. */
  DOUBTED
}
