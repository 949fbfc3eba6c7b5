package dev.heimdall.engine.kit;

import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.takeover.ArrivingClients;
import dev.heimdall.engine.takeover.ClientLink;
import dev.heimdall.engine.takeover.LeavingClients;
import io.netty.channel.Channel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;

/**
 * Two processes, and the connection over which clients go from one to the other, frame by frame. It
 * may break before each of them.
 */
final class Crossing<C> {
  /** Why one is rejected. */
  static final String REJECTED = "no more clients";

  private final Queue<Runnable> toNew = new ArrayDeque<>();
  private final Queue<Runnable> toOld = new ArrayDeque<>();
  private final List<Way<C>> ways = new ArrayList<>();
  private final LeavingClients leaving;
  private final ArrivingClients arriving;

  /**
   * A client that was offered.
   *
   * @param from the old process's end of its connection
   */
  record Way<C>(Channel from, Travellers.Arrival<C> arrival) {}

  /**
   * @param level what the new process understands, of {@link FrameType#LEVEL}
   * @param shared a file through which the two agree
   * @param enters where a client goes on; null where it is rejected
   */
  Crossing(int level, Path shared, Function<byte[], Travellers.Arrival<C>> enters) {
    Queue<Channel> sockets = new ArrayDeque<>();
    ClientLink link =
        new ClientLink() {
          @Override
          public void sendClient(UnixChannel socket, StateWriter client, Runnable closed) {
            if (!socket.isOpen()) {
              closed.run();
              return;
            }
            toNew.add(
                () -> {
                  sockets.add(socket);
                  received(FrameType.CLIENT, client);
                });
          }

          @Override
          public void send(FrameType type, StateWriter body) {
            toNew.add(() -> received(type, body));
          }
        };
    ArrivingClients.Door door =
        new ArrivingClients.Door() {
          @Override
          public void enter(
              FileDescriptor descriptor,
              boolean unix,
              String peer,
              byte[] state,
              ArrivingClients.Entry entry) {
            Channel from = sockets.remove();
            Travellers.Arrival<C> arrival = enters.apply(state);
            if (arrival == null) {
              entry.kept(REJECTED);
              return;
            }
            ways.add(new Way<>(from, arrival));
            entry.taken(arrival.session(), arrival.channel());
          }
        };
    try {
      leaving = new LeavingClients(link, level, Claims.create(shared), () -> {});
      arriving =
          new ArrivingClients(
              (type, body) -> toOld.add(() -> answered(type, body)), Claims.open(shared), door);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void received(FrameType type, StateWriter body) {
    StateReader in = new StateReader(body.toBytes());
    switch (type) {
      case CLIENT -> arriving.client(in, null);
      case GO -> arriving.go(in.number());
      case DROP -> arriving.drop(in.number());
      default -> throw new AssertionError(type);
    }
  }

  private void answered(FrameType type, StateWriter body) {
    StateReader in = new StateReader(body.toBytes());
    switch (type) {
      case TAKEN -> leaving.taken(in.number());
      case KEPT -> leaving.kept(in.number(), in.text(), in.flag());
      default -> throw new AssertionError(type);
    }
  }

  /** To whom the old process offers its clients. */
  LeavingClients leaving() {
    return leaving;
  }

  /** The new process's side. */
  ArrivingClients arriving() {
    return arriving;
  }

  /** Hands the next frame to whom it is for; whether there was one. */
  boolean deliver() {
    Runnable next = toNew.isEmpty() ? toOld.poll() : toNew.poll();
    if (next != null) {
      next.run();
    }
    return next != null;
  }

  /** What is on its way is lost. */
  void breaks() {
    toNew.clear();
    toOld.clear();
  }

  /** The clients that have come, since this was called last. */
  List<Way<C>> takeWays() {
    List<Way<C>> taken = List.copyOf(ways);
    ways.clear();
    return taken;
  }
}
