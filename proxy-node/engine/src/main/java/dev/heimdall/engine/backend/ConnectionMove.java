package dev.heimdall.engine.backend;

import dev.heimdall.engine.net.LoopContext;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/** A quiet server connection's way from one event loop to another. */
final class ConnectionMove {
  private final ServerConnection connection;
  private final Channel channel;
  private final Consumer<Boolean> done;

  ConnectionMove(ServerConnection connection, Channel channel, Consumer<Boolean> done) {
    this.connection = connection;
    this.channel = channel;
    this.done = done;
  }

  void to(LoopContext next, ConnectionKeeper keeper) {
    LoopContext from = connection.context();
    connection.flushNow(); // the flush that waits is of the loop that it leaves
    // io_uring would begin another read on this loop when the one that waits is cancelled, and
    // never leave it.
    channel.config().setAutoRead(false);
    channel
        .deregister()
        .addListener(
            left -> {
              connection.moved(next, keeper);
              next.loop()
                  .register(channel)
                  .addListener(
                      there ->
                          next.loop()
                              .execute(() -> arrived(left.isSuccess() && there.isSuccess())));
            });
    from.tick();
  }

  private void arrived(boolean registered) {
    boolean moved = registered && !connection.closed();
    if (moved) {
      channel.config().setAutoRead(true);
    } else {
      channel.close();
    }
    done.accept(moved);
  }
}
