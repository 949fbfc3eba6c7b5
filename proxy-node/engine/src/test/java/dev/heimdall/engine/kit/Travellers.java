package dev.heimdall.engine.kit;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.net.HandedSockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Clients of a {@link KitNode} that go to another process, and those that come from one. */
final class Travellers implements Successor {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final LoopClients clients;
  private final Function<StateReader, HandedClient> reads;
  private final SessionFactory sessions;
  private final List<Offered> offers = new ArrayList<>();

  Travellers(
      LoopClients clients, Function<StateReader, HandedClient> reads, SessionFactory sessions) {
    this.clients = clients;
    this.reads = reads;
    this.sessions = sessions;
  }

  /** What another process is offered. */
  record Offered(Channel channel, byte[] state, Answer answer) {}

  /** One that has come: its session, the node's end of its connection, and the client. */
  record Arrival<C>(HandedSession session, Channel channel, C client) {}

  /** Whose connections could be another process's, too. */
  static final class Listening extends LocalServerChannel {
    @Override
    protected LocalChannel newLocalChannel(LocalChannel peer) {
      return new Handable(this, peer);
    }
  }

  private static final class Handable extends LocalChannel implements UnixChannel {
    Handable(LocalServerChannel parent, LocalChannel peer) {
      super(parent, peer);
    }

    @Override
    public FileDescriptor fd() {
      throw new IllegalStateException("nothing is sent to a process here");
    }
  }

  // ---- those that go

  /** Asks all clients to go to another process; those that do. */
  List<Offered> leaving(Turns turns) {
    leaving(this, turns);
    return List.copyOf(offers);
  }

  /** The same with another process. */
  void leaving(Successor to, Turns turns) {
    clients.all().forEach(client -> client.moveTo(to));
    turns.run();
  }

  @Override
  public int level() {
    return FrameType.LEVEL;
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public Offer offer(UnixChannel client, byte[] state, Answer answer) {
    offers.add(new Offered(client, state, answer));
    return () -> {};
  }

  /** The other process has one; whether this one lets it go. */
  static List<Boolean> taken(Offered offer, Turns turns) {
    List<Boolean> letGo = new ArrayList<>();
    offer
        .answer()
        .taken(
            new Release() {
              @Override
              public boolean letGo() {
                return letGo.add(true);
              }

              @Override
              public void keep() {
                letGo.add(false);
              }

              @Override
              public void gone() {}
            });
    turns.run();
    return letGo;
  }

  /** An operator ends all clients that are here. */
  void kill(Turns turns) {
    clients.all().forEach(Client::killFromAnyThread);
    turns.run();
  }

  // ---- those that come

  /**
   * A client goes on here with another connection, which stands for the one that it has.
   *
   * @param connects to there
   */
  <C> Arrival<C> enter(
      byte[] state, Turns turns, ByteBufAllocator buffers, Function<LocalAddress, C> connects) {
    List<Arrival<C>> arrivals = new ArrayList<>();
    List<Channel> channels = new ArrayList<>();
    LocalAddress address = new LocalAddress("travellers-" + NAMES.incrementAndGet());
    Channel listening =
        new ServerBootstrap()
            .group(turns.node())
            .channelFactory(Listening::new)
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.config().setAutoRead(false);
                    channels.add(channel);
                  }
                })
            .bind(address)
            .channel();
    turns.run();
    C client = connects.apply(address);
    Channel channel = channels.get(0);
    channel
        .eventLoop()
        .execute(
            () -> {
              StateReader in = new StateReader(state);
              in.version(HandedClient.VERSION, "the state of a client");
              in.text(); // of its virtual database
              HandedSession session = sessions.handed(reads.apply(in), in, channel);
              channel.pipeline().addLast("session", session);
              session.resume();
              HandedSockets.rest(channel);
              arrivals.add(new Arrival<>(session, channel, client));
            });
    turns.run();
    listening.close();
    return arrivals.get(0);
  }

  /** What a client has sent is read although nothing asked for it: it has closed its end. */
  static void readsAtTheEnd(Channel channel, Turns turns, Consumer<ByteBuf> sent) {
    channel
        .eventLoop()
        .execute(
            () -> {
              ByteBuf bytes = channel.alloc().buffer();
              sent.accept(bytes);
              channel.pipeline().fireChannelRead(bytes).fireChannelReadComplete();
            });
    turns.run();
  }
}
