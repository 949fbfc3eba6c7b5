package dev.heimdall.configsync;

import dev.heimdall.routing.AwsTrouble;
import java.util.List;

/**
 * Where a node takes documents.
 *
 * @param name for people: the id of its machine
 */
record NodeDoor(String name, String host, int port) {
  /** Finds the nodes of the fleet. */
  interface Finder {
    /** Those that are known to run. Never fails. */
    Found find();
  }

  /** What came of looking for them. */
  record Found(List<NodeDoor> doors, List<AwsTrouble> troubles) {
    Found {
      doors = List.copyOf(doors);
      troubles = List.copyOf(troubles);
    }
  }
}
