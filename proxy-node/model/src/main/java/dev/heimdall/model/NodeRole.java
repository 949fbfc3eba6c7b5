package dev.heimdall.model;

/** Role of a server in its cluster. */
public enum NodeRole implements Spelled {
  /** The address of an availability group, which leads to its writer. SQL Server only. */
  LISTENER,
  /** Takes writes. */
  WRITER,
  /** Follows the writer and takes reads only. */
  REPLICA,
  /** Unknown at the moment. */
  UNKNOWN
}
