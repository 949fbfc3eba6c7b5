package dev.heimdall.engine.feed;

import java.io.IOException;
import java.util.Map;

/** Where documents are kept. Its methods wait for the network. */
public interface Shelf extends AutoCloseable {
  /**
   * The documents that differ from those that were read the last time, by their names.
   *
   * @throws IOException if it cannot be asked; the message says why and what to do
   */
  Map<String, byte[]> changed() throws IOException;

  @Override
  void close();
}
