package dev.heimdall.engine.prepared;

/** Count of the DDL that was seen on the objects by which statements are planned. */
public interface SchemaEpoch {
  /** Before each epoch of this process: of what was prepared at another one. */
  long EARLIER = -1;

  /** Grows with each change that was seen; plans made before are not handed out anew. */
  long schemaEpoch();

  /** A change was found that nobody has seen being made. */
  void schemaChanged();
}
