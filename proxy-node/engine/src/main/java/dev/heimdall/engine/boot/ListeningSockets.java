package dev.heimdall.engine.boot;

import dev.heimdall.engine.net.AcceptQueue;
import dev.heimdall.engine.net.HandedSockets;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The sockets of one listener, and which process lets clients in there. */
final class ListeningSockets {
  /** Owner of the sockets. */
  private enum Owner {
    THIS,
    /** Another process, too: what is done to them is done to that one's. */
    BOTH,
    /** Another process has them, too, and accepts clients there. */
    OTHER;

    private static final Map<Owner, EnumSet<Owner>> MOVES =
        new EnumMap<>(
            Map.of(
                THIS, EnumSet.of(BOTH),
                BOTH, EnumSet.of(THIS, OTHER),
                OTHER, EnumSet.of(BOTH, THIS)));
  }

  private final List<Channel> channels = new ArrayList<>();
  private final int backlog;
  private volatile Owner owner = Owner.THIS;

  /**
   * @param backlog clients that the kernel keeps for each
   */
  ListeningSockets(int backlog) {
    this.backlog = backlog;
  }

  private synchronized void become(Owner next) {
    if (owner != next && !Owner.MOVES.get(owner).contains(next)) {
      throw new IllegalStateException("sockets of " + owner + " cannot become those of " + next);
    }
    owner = next;
  }

  /** One that is bound. */
  void add(Channel socket) {
    channels.add(socket);
  }

  boolean areOpen() {
    return !channels.isEmpty();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channels.get(0).localAddress();
  }

  /** Another process has them, or those of them that are there. */
  void shared() {
    become(Owner.BOTH);
  }

  /** The other process that had them has ended. */
  synchronized void alone() {
    if (owner == Owner.BOTH) {
      become(Owner.THIS);
    }
  }

  /** Lets clients in, unless another process does. */
  void accept() {
    if (owner != Owner.OTHER) {
      channels.forEach(channel -> channel.config().setAutoRead(true));
    }
  }

  /** Lets clients in again that another process was to let in. */
  void takeBack() {
    if (owner == Owner.OTHER) {
      become(Owner.BOTH);
      channels.forEach(
          channel -> HandedSockets.rest(channel).addListener(out -> HandedSockets.wake(channel)));
    }
  }

  /**
   * Accepts no client: another process does. A channel that is only told not to read accepts one
   * more.
   *
   * @return done when all who were let in have been passed to a loop
   */
  CompletableFuture<Void> handOver() {
    become(Owner.OTHER);
    CompletableFuture<?>[] out = new CompletableFuture<?>[channels.size()];
    for (int i = 0; i < out.length; i++) {
      CompletableFuture<Void> one = new CompletableFuture<>();
      HandedSockets.rest(channels.get(i)).addListener(done -> one.complete(null));
      out[i] = one;
    }
    return CompletableFuture.allOf(out);
  }

  /** Hands them to another process. */
  void handTo(Consumer<Channel> successor) {
    shared();
    channels.forEach(successor);
  }

  /**
   * Closes them, and lets those in who have connected before; off their event loops.
   *
   * @return whether there were any
   */
  boolean close() {
    if (owner == Owner.THIS) {
      channels.stream().filter(ListeningSockets::letsIn).forEach(AcceptQueue::shut);
    }
    for (Channel channel : channels) {
      if (owner == Owner.OTHER) {
        HandedSockets.leave(channel);
      } else {
        channel.eventLoop().submit(() -> close(channel)).syncUninterruptibly();
      }
    }
    boolean some = areOpen();
    channels.clear();
    become(Owner.THIS);
    return some;
  }

  private static boolean letsIn(Channel channel) {
    return channel.isOpen() && channel.config().isAutoRead();
  }

  /** On its loop. */
  private void close(Channel channel) {
    if (letsIn(channel)) {
      AcceptQueue.letIn(channel, backlog + 1);
    }
    channel.close();
  }
}
