package dev.heimdall.model;

/** What a server is in its cluster. */
public enum NodeRole implements Spelled {
  /** The address of an availability group, which leads to its writer. SQL Server only. */
  LISTENER,
  /** Takes writes. */
  WRITER,
  /** Follows the writer and takes reads only. */
  REPLICA,
  /** Nobody knows at the moment. */
  UNKNOWN
}
