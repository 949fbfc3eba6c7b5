package dev.heimdall.engine.boot;

import java.nio.file.Path;

/**
 * Where a node meets the process that takes its place, or whose place it takes.
 *
 * @param folder for the socket; its owner's alone
 * @param takesOver whether the node takes the place of one that runs
 */
public record HandoverPlace(Path folder, boolean takesOver) {
  /** Of the node with this number: nodes of one machine may share the folder. */
  Path socket(int node) {
    return folder.resolve("take-over-" + node + ".sock");
  }

  /** What the two processes that meet at this socket share for a moment. */
  static Path claims(Path socket) {
    return socket.resolveSibling(socket.getFileName() + ".claims");
  }
}
