package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
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

  /** Where the clients of the other process go on. */
  interface Door {
    /**
     * A client has come.
     *
     * @param descriptor of its socket, which is the door's from now on
     * @param unix whether that is a Unix domain socket
     * @param peer who is at its other end, or it is another client's
     */
    void enter(FileDescriptor descriptor, boolean unix, String peer, byte[] state, Entry entry);
  }

  /** What becomes of a client that has come; called once, on any thread. */
  interface Entry {
    void taken(HandedSession session, Channel channel);

    void kept(String why);
  }

  private record Entered(HandedSession session, Channel channel) {}

  private final Path socket;
  private final Inheritance inheritance = new Inheritance();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("heimdall-take-over", true), EpollIoHandler.newFactory());
  private final CompletableFuture<Void> welcome = new CompletableFuture<>();
  private final CompletableFuture<Void> listeners = new CompletableFuture<>();
  private final CompletableFuture<Void> httpReleased = new CompletableFuture<>();
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  /** Who waits for the outcome of a cancel request or KILL, by the number of that. */
  private final Map<Integer, Consumer<KillOutcome>> asked = new ConcurrentHashMap<>();

  private final AtomicInteger requestNumber = new AtomicInteger();

  // Of the loop's thread alone.
  private final Queue<FileDescriptor> descriptors = new ArrayDeque<>();
  private final Queue<Consumer<FileDescriptor>> wanting = new ArrayDeque<>();
  private final Map<Integer, Entered> entered = new ConcurrentHashMap<>();
  private final AtomicInteger taken = new AtomicInteger();

  private boolean gone;

  /** Of the other process's sessions; null where it does not say them. */
  private volatile CancelRegistry.Numbers numbers;

  private volatile int process;
  private volatile Link link;
  private volatile Door door;

  /**
   * @param socket where the other process is to be found
   */
  TakeOver(Path socket) {
    this.socket = socket;
  }

  /** The other process's end of the conversation. */
  private final class Link extends FrameLink {
    Link(Channel channel) {
      super(channel);
    }

    @Override
    protected void received(FrameType type, StateReader body) {
      switch (type) {
        case WELCOME -> welcome(body);
        case REFUSED -> refused(body.text());
        case LISTENER -> listener(body.text());
        case LISTENERS_END -> listeners.complete(null);
        case HTTP_RELEASED -> httpReleased.complete(null);
        case CLIENT -> client(body.number(), body.flag(), body.text(), body.bytes());
        case GO -> {
          taken.incrementAndGet();
          leave(body.number(), HandedSession::begin);
        }
        case DROP -> leave(body.number(), HandedSession::drop);
        case CANCELLED -> answered(body.number(), KillOutcome.DONE);
        case KILLED -> answered(body.number(), KillFrames.outcome(body));
        case GONE -> gone = true;
        default -> channel().close();
      }
    }

    @Override
    protected void lost() {
      refused("it has gone");
      entered.values().forEach(each -> onLoop(each, HandedSession::drop));
      entered.clear();
      descriptors.forEach(TakeOver::close);
      descriptors.clear();
      asked.keySet().forEach(number -> answered(number, KillOutcome.UNKNOWN));
      ended(LOOKS);
    }
  }

  private void welcome(StateReader body) {
    if (!body.isOver()) {
      numbers = CancelRegistry.Numbers.read(body);
    }
    welcome.complete(null);
  }

  /** One that was killed has said nothing, and is no more before long. */
  private void ended(int looks) {
    boolean alive = !gone && ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    if (alive && looks > 0 && !loop.isShuttingDown()) {
      loop.next().schedule(() -> ended(looks - 1), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } else {
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
            .longNumber(ProcessHandle.current().pid()));
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
              .formatted(socket, connected.cause().getMessage()),
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
  void ready(Door here, CancelRegistry cancels) {
    CancelRegistry.Numbers theirs = numbers;
    if (theirs != null) {
      cancels.expect(theirs);
      over.thenRun(cancels::expectNone);
    }
    door = here;
    link.send(FrameType.READY);
  }

  /**
   * Done when nothing more comes from the other process: whether it serves nobody any more. If not,
   * it goes on as if it had never been asked.
   */
  CompletableFuture<Boolean> over() {
    return over;
  }

  /** The other process's id. */
  int process() {
    return process;
  }

  /** Clients that have come. */
  int taken() {
    return taken.get();
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

  // ---- clients

  private void client(int number, boolean unix, String peer, byte[] state) {
    with(descriptor -> enter(number, unix, peer, state, descriptor));
  }

  private void enter(
      int number, boolean unix, String peer, byte[] state, FileDescriptor descriptor) {
    Door here = door;
    if (here == null) {
      close(descriptor);
      keep(number, "the process is not ready");
      return;
    }
    here.enter(
        descriptor,
        unix,
        peer,
        state,
        new Entry() {
          @Override
          public void taken(HandedSession session, Channel channel) {
            entered.put(number, new Entered(session, channel));
            link.send(FrameType.TAKEN, new StateWriter().number(number));
            if (link.isLost()) {
              leave(
                  number, HandedSession::drop); // it came behind all that was dropped with the link
            }
          }

          @Override
          public void kept(String why) {
            keep(number, why);
          }
        });
  }

  private void keep(int number, String why) {
    LOG.info("a client stays with the process before: {}", why);
    link.send(FrameType.KEPT, new StateWriter().number(number).text(why).flag(false));
  }

  private void leave(int number, Consumer<HandedSession> then) {
    Entered client = entered.remove(number);
    if (client != null) {
      onLoop(client, then);
    }
  }

  private static void onLoop(Entered client, Consumer<HandedSession> then) {
    client.channel().eventLoop().execute(() -> then.accept(client.session()));
  }

  static void close(FileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException e) {
      LOG.debug("a socket that was handed over cannot be closed", e);
    }
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
