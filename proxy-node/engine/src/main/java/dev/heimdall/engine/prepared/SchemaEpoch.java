package dev.heimdall.engine.prepared;

/** How much DDL was seen of what statements are planned by. */
public interface SchemaEpoch {
  /** Grows with each change that was seen; plans made before are not handed out anew. */
  long schemaEpoch();

  /** A change was found that nobody has seen being made. */
  void schemaChanged();
}
