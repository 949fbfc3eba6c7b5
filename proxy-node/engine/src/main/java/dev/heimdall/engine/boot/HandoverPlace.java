package dev.heimdall.engine.boot;

import java.nio.file.Path;

/**
 * Meeting point of a node and the process that replaces it, or that it replaces.
 *
 * @param folder for the socket; its owner's alone
 * @param takesOver whether the node takes the place of one that runs
 */
public record HandoverPlace(Path folder, boolean takesOver) {
  /** Of the node with this number: nodes of one machine may share the folder. */
  Path socket(int node) {
    return folder.resolve("take-over-" + node + ".sock");
  }

  /** Returns the file that the two processes at this socket share for a moment. */
  static Path claims(Path socket) {
    return socket.resolveSibling(socket.getFileName() + ".claims");
  }
}
