package dev.heimdall.configsync;

import dev.heimdall.routing.AwsTrouble;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Endpoint of a node that takes documents.
 *
 * @param name for people: the id of its machine
 */
record NodeEndpoint(String name, String host, int port) {
  /** Finds the nodes of the fleet. */
  interface Finder {
    /** Those that are known to run. Never fails. */
    Found find();
  }

  /**
   * Result of the search for nodes.
   *
   * @param stores where they read topology documents, as their machines say
   */
  record Found(List<NodeEndpoint> doors, Set<String> stores, List<AwsTrouble> troubles) {
    Found {
      doors = List.copyOf(doors);
      stores = new TreeSet<>(stores);
      troubles = List.copyOf(troubles);
    }

    /** Machines that name no store. */
    Found(List<NodeEndpoint> doors, List<AwsTrouble> troubles) {
      this(doors, Set.of(), troubles);
    }
  }
}
