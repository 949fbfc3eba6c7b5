package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReading;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Store of topology documents. Its methods wait for the network. */
public interface TopologyStore extends AutoCloseable {
  /**
   * The documents that differ from those that were read the last time, by their names.
   *
   * @throws IOException if it cannot be asked; the message says why and what to do
   */
  Map<String, byte[]> changed() throws IOException;

  /**
   * Takes over what a source has found out, if there is any news in it.
   *
   * @param seen the source's document that was known when AWS was asked
   * @param write whether anything is to be written at all
   * @return the document of this source that was there, and why no other one could be written
   * @throws IOException if it cannot be asked
   */
  Kept keep(
      String source,
      TopologyReading reading,
      Optional<TopologyDocument> seen,
      String cause,
      boolean write)
      throws IOException;

  /** State of the store, and what kept it from taking in more. */
  record Kept(Optional<TopologyDocument> before, Optional<String> trouble) {}

  /** From now on all documents differ from what was read: the reader has let go of one. */
  void forget();

  @Override
  void close();
}
