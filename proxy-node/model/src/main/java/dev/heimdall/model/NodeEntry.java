package dev.heimdall.model;

import java.util.List;

/**
 * One URL that a template came to: hosts among which a connection finds its server.
 *
 * @param hosts in the order in which they are tried; a host twice is tried twice
 * @param weight this entry's share among all entries that a template came to, 1 to 10
 * @param target which of the hosts come into question, and which of them first
 * @param spread whether the hosts whose turn it is share the connections, instead of the first that
 *     can be reached having all
 */
public record NodeEntry(
    List<ServerAddress> hosts, int weight, TargetServerType target, boolean spread) {
  /** The weight of everything that is no writer among readers. */
  public static final int WEIGHT = 10;

  /** The weight of a writer that stands in for a reader. */
  public static final int WRITER_AS_READER = 1;

  public NodeEntry {
    hosts = List.copyOf(hosts);
  }
}
