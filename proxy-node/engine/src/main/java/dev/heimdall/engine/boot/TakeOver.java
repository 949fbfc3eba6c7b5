package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.takeover.ArrivingClients;
import dev.heimdall.engine.takeover.Frames;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.wire.ServerError;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the place of a node that runs as another process: first its listening sockets, then its
 * clients. The other process decides what it lets go of and when.
 */
final class TakeOver implements CancelRegistry.OtherProcess, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");
  private static final int TOKEN = 32;
  private static final long MOST_SECONDS = 15;
  private static final int LOOKS = 50;
  private static final long LOOK_MILLIS = 100;

  private final Path socket;
  private final Inheritance inheritance = new Inheritance();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("heimdall-take-over", true), EpollIoHandler.newFactory());
  private final CompletableFuture<Void> welcome = new CompletableFuture<>();
  private final CompletableFuture<Void> listeners = new CompletableFuture<>();
  private final CompletableFuture<Void> httpReleased = new CompletableFuture<>();
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  /** Receivers of the outcome of a cancel request or KILL, by the number of that request. */
  private final Map<Integer, Consumer<KillOutcome>> asked = new ConcurrentHashMap<>();

  private final AtomicInteger requestNumber = new AtomicInteger();

  // Of the loop's thread alone.
  private final Queue<FileDescriptor> descriptors = new ArrayDeque<>();
  private final Queue<Consumer<FileDescriptor>> wanting = new ArrayDeque<>();

  private boolean gone;

  /** Of the other process's sessions; null where it does not say them. */
  private volatile CancelRegistry.Numbers numbers;

  private volatile int process;
  private volatile Link link;
  private volatile ArrivingClients clients;
  private volatile Remaining remaining = Remaining.NONE;
  private Claims claims = Claims.unshared();

  /**
   * @param socket where the other process is to be found
   */
  TakeOver(Path socket) {
    this.socket = socket;
  }

  /** The other process's end of the conversation. */
  private final class Link extends FrameLink implements Frames {
    Link(Channel channel) {
      super(channel);
    }

    void end() {
      channel().close();
    }

    @Override
    protected void received(FrameType type, StateReader body) {
      switch (type) {
        case WELCOME -> welcome(body);
        case REFUSED -> refused(body.text());
        case LISTENER -> listener(body.text());
        case LISTENERS_END -> listeners.complete(null);
        case HTTP_RELEASED -> httpReleased.complete(null);
        case CLIENT -> with(client(body));
        case GO -> clients.go(body.number());
        case DROP -> clients.drop(body.number());
        case CANCELLED -> answered(body.number(), KillOutcome.DONE);
        case KILLED -> answered(body.number(), KillFrames.outcome(body));
        case REMAINING -> remaining = Remaining.read(body);
        case GONE -> gone = true;
        default -> channel().close();
      }
    }

    @Override
    protected void lost() {
      refused("it has gone");
      if (clients != null) {
        clients.lost();
      }
      descriptors.forEach(HandedSockets::close);
      descriptors.clear();
      asked.keySet().forEach(number -> answered(number, KillOutcome.UNKNOWN));
      ended(LOOKS);
    }
  }

  private Consumer<FileDescriptor> client(StateReader body) {
    ArrivingClients to = clients;
    return descriptor -> to.client(body, descriptor);
  }

  private void welcome(StateReader body) {
    if (!body.isOver()) {
      numbers = CancelRegistry.Numbers.read(body);
    }
    if (!body.isOver()) {
      try {
        claims = Claims.open(socket.resolveSibling(body.text()));
      } catch (IOException e) {
        refused("what both processes share cannot be opened: " + e);
        link.end();
        return;
      }
    }
    welcome.complete(null);
  }

  /** One that was killed has said nothing, and is no more before long. */
  private void ended(int looks) {
    boolean alive = !gone && ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    if (alive && looks > 0 && !loop.isShuttingDown()) {
      if (clients != null) {
        clients.decide();
      }
      loop.next().schedule(() -> ended(looks - 1), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      if (clients != null) {
        clients.end(alive ? Claims.Owner.OLD : Claims.Owner.NEW);
      }
      over.complete(!alive);
    }
  }

  private void refused(String why) {
    StartupException problem =
        new StartupException("the running process does not hand over: " + why);
    welcome.completeExceptionally(problem);
    listeners.completeExceptionally(problem);
    httpReleased.completeExceptionally(problem);
  }

  // ---- the beginning, on the thread that starts the node

  /** Gets the listening sockets of the other process. */
  void begin() throws StartupException {
    byte[] token = new byte[TOKEN];
    new SecureRandom().nextBytes(token);
    Channel first =
        connect(
            DomainSocketReadMode.BYTES,
            channel -> {
              link = new Link(channel);
              link.install();
            });
    try {
      process = ((EpollDomainSocketChannel) first).peerCredentials().pid();
    } catch (IOException e) {
      throw new StartupException("the running process has gone", e);
    }
    link.send(
        FrameType.HELLO,
        new StateWriter()
            .number(FrameType.VERSION)
            .bytes(token)
            .longNumber(ProcessHandle.current().pid())
            .number(FrameType.LEVEL));
    await(welcome);
    Channel second =
        connect(
            DomainSocketReadMode.FILE_DESCRIPTORS,
            channel -> channel.pipeline().addLast(new Descriptors()));
    new Link(second).send(FrameType.DESCRIPTORS, new StateWriter().bytes(token));
    await(listeners);
  }

  private Channel connect(DomainSocketReadMode mode, Consumer<Channel> handlers)
      throws StartupException {
    var connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .option(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, mode)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    handlers.accept(channel);
                  }
                })
            .connect(new DomainSocketAddress(socket.toString()))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw new StartupException(
          "no running process hands over at %s (%s): start this one without --take-over, with the --state of the other, or as its user"
              .formatted(socket, Files.exists(socket) ? connected.cause() : "no such file"),
          connected.cause());
    }
    return connected.channel();
  }

  private static void await(CompletableFuture<Void> step) throws StartupException {
    try {
      step.get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StartupException known
          ? known
          : new StartupException(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new StartupException(
          "the running process has not answered in " + MOST_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException("interrupted", e);
    }
  }

  /** The listening sockets that have come. */
  Inheritance inheritance() {
    return inheritance;
  }

  /** Has the other process give up the address of its HTTP endpoint. */
  void releaseHttp() throws StartupException {
    link.send(FrameType.RELEASE_HTTP);
    await(httpReleased);
  }

  /** Clients are accepted here from now on, and those of the other process may come. */
  void ready(ArrivingClients.Door door, CancelRegistry cancels) {
    CancelRegistry.Numbers theirs = numbers;
    if (theirs != null) {
      cancels.expect(theirs);
      over.thenRun(cancels::expectNone);
    }
    clients = new ArrivingClients(link, claims, door);
    link.send(FrameType.READY);
  }

  /**
   * Done when nothing more comes from the other process: true if it serves no client any more. If
   * not, it goes on as if it had never been asked.
   */
  CompletableFuture<Boolean> over() {
    return over;
  }

  /** The other process's id. */
  int process() {
    return process;
  }

  /** Those that the other process still has. */
  Remaining remaining() {
    return over.isDone() ? Remaining.NONE : remaining;
  }

  /** Clients that have come. */
  int taken() {
    ArrivingClients known = clients;
    return known == null ? 0 : known.begun();
  }

  // ---- descriptors

  private final class Descriptors extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      descriptors.add((FileDescriptor) message);
      match();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.warn("descriptors of the other process do not come any more: {}", cause.toString());
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      link.end(); // without descriptors no client would ever be answered
    }
  }

  /** They come in the order of the frames that say whose they are. */
  private void match() {
    while (!descriptors.isEmpty() && !wanting.isEmpty()) {
      wanting.poll().accept(descriptors.poll());
    }
  }

  private void with(Consumer<FileDescriptor> descriptor) {
    wanting.add(descriptor);
    match();
  }

  private void listener(String place) {
    with(
        descriptor -> {
          inheritance.add(place, descriptor);
          link.send(FrameType.LISTENER_TAKEN);
        });
  }

  // ---- cancel requests and KILL

  @Override
  public boolean cancel(CancelKey key, Runnable done) {
    return ask(
        FrameType.CANCEL,
        number -> new StateWriter().number(number).number(key.session()).bytes(key.secret()),
        outcome -> done.run());
  }

  @Override
  public boolean kill(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
    return ask(FrameType.KILL, number -> KillFrames.request(number, request, lastWords), told);
  }

  private boolean ask(FrameType type, IntFunction<StateWriter> body, Consumer<KillOutcome> told) {
    if (over.isDone() || link == null) {
      return false;
    }
    int number = requestNumber.incrementAndGet();
    asked.put(number, told);
    link.send(type, body.apply(number));
    if (link.isLost()) {
      answered(number, KillOutcome.UNKNOWN);
    }
    return true;
  }

  private void answered(int number, KillOutcome outcome) {
    Consumer<KillOutcome> told = asked.remove(number);
    if (told != null) {
      told.accept(outcome);
    }
  }

  @Override
  public void close() {
    inheritance.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
