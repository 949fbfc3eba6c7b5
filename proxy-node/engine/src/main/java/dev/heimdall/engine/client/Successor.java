package dev.heimdall.engine.client;

import io.netty.channel.unix.UnixChannel;
import java.util.function.Consumer;

/** Another process on this machine that goes on with the node's clients. */
public interface Successor {
  /**
   * Whether clients may be offered now, or the other process has enough to do with those before.
   */
  boolean hasRoom();

  /**
   * Offers a client for which nothing is in progress; it is neither read nor written to meanwhile.
   * May be called on any thread.
   *
   * @param channel to the client
   * @param state all that it has
   * @param answer called once, on any thread
   */
  void offer(UnixChannel channel, byte[] state, Answer answer);

  /** What becomes of a client that was offered. */
  interface Answer {
    /**
     * The other process has all that it needs, and waits for it to be let go.
     *
     * @param letGo to be called once, from any thread: whether this process has let it go
     */
    void taken(Consumer<Boolean> letGo);

    /**
     * The other process does not take it.
     *
     * @param ever whether it might at another time: it is gone for now
     */
    void kept(String why, boolean ever);
  }
}
