package dev.heimdall.engine.client;

import dev.heimdall.engine.handover.FrameType;
import io.netty.channel.unix.UnixChannel;

/** Another process on this machine that goes on with the node's clients. */
public interface Successor {
  /**
   * True if clients may be offered now, or the other process has enough to do with those before.
   */
  boolean hasRoom();

  /** Level of client state that it understands, of {@link FrameType#LEVEL}. */
  int level();

  /**
   * Offers a client for which nothing is in progress; it is neither read nor written to meanwhile.
   * May be called on any thread.
   *
   * @param channel to the client
   * @param state all that it has
   * @param answer called once, on any thread
   */
  Offer offer(UnixChannel channel, byte[] state, Answer answer);

  /** A client that is offered. */
  interface Offer {
    /** Its session has ended here: the other process does not go on with it. */
    void withdraw();
  }

  /**
   * Decides once who serves a client: {@link #keep}, or {@link #letGo} and, if that was possible,
   * {@link #gone}. May be called on any thread.
   */
  interface Release {
    /** True if the client is the other process's from now on; if not, it is this one's. */
    boolean letGo();

    /** The other process does not get it. */
    void keep();

    /** This process has nothing of it any more. */
    void gone();
  }

  /** Outcome for a client that was offered. */
  interface Answer {
    /** The other process has all that it needs, and waits for it to be let go. */
    void taken(Release release);

    /**
     * The other process does not take it.
     *
     * @param ever whether it might at another time: it is gone for now
     */
    void kept(String why, boolean ever);
  }
}
