package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.share.Overlap;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.wire.ServerError;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a node's listening sockets and clients to another process of the same user that takes its
 * place. Until the last client has gone the node serves those that are left; if the other process
 * goes before that, the node goes on as before. What is not said to be for any thread belongs to
 * the one thread of its connections.
 */
final class Handover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  /** Time limit for the other process, from its first message until it is ready. */
  private static final long MOST_PREPARING_SECONDS = 120;

  private static final long LOOK_MILLIS = 50;
  private static final int LOOKS_BETWEEN_COUNTS = 20;
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private enum Stage {
    /** No process is replacing this one. */
    SERVING,
    /** Another process has its listening sockets and gets ready; clients are accepted here. */
    PREPARING,
    /** Clients are accepted there, and go there. */
    MOVING,
    /** The process is about to end. */
    ENDING;

    private static final Map<Stage, EnumSet<Stage>> MOVES =
        new EnumMap<>(
            Map.of(
                SERVING, EnumSet.of(PREPARING, ENDING),
                PREPARING, EnumSet.of(SERVING, MOVING, ENDING),
                MOVING, EnumSet.of(SERVING, ENDING),
                ENDING, EnumSet.noneOf(Stage.class)));
  }

  /** The node as it is seen from here; all for any thread. */
  interface Serving {
    /** Reason that no process can replace the node now; null where one can. */
    String refusesSuccessor();

    /** Hands each listening socket to the other process. */
    void listeners(SuccessorLink to);

    /** Clients are accepted here. */
    void accept();

    /** Clients are accepted here again, and not there. */
    void takeBack();

    /** No other process has the listening sockets any more. */
    void alone();

    /**
     * Clients are accepted there.
     *
     * @return done when {@link #connections} has all who were accepted here
     */
    CompletableFuture<Void> handOver();

    /** Gives up the address of the HTTP endpoint. */
    void closeHttp();

    /** Takes it again. */
    void openHttp();

    /** Clients, and those that log in. */
    int connections();

    /** Has the clients go there. */
    void moveTo(Successor successor);

    /**
     * Counts clients by why they have not moved.
     *
     * @param counted called once, on any thread
     */
    void obstacles(Consumer<Map<String, Integer>> counted);

    /** Maximum stay of clients that cannot go there. */
    Duration mayStay();

    /** The process is to end. */
    void end();
  }

  private final Serving node;
  private final CancelRegistry cancels;
  private final Overlap overlap;
  private final EventLog log;
  private final Executor executor;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("heimdall-take-over", true), EpollIoHandler.newFactory());
  private final AtomicInteger moved = new AtomicInteger();
  private final int user;
  private final Path socket;
  private final Path claimsFile;
  private Stage stage = Stage.SERVING;

  /** Null as long as no process takes the node's place. */
  private SuccessorLink successor;

  private volatile Channel listener;
  private long movingSince;

  /** Done when all who were accepted here are known. */
  private CompletableFuture<Void> counted = CompletableFuture.completedFuture(null);

  private int looks;
  private Remaining remaining = Remaining.NONE;

  /** The last that was asked of the HTTP endpoint, which does one after the other. */
  private CompletableFuture<Void> http = CompletableFuture.completedFuture(null);

  /** Time at which remaining clients were last logged, in nanoseconds. */
  private long logged;

  /**
   * @param socket where other processes ask
   * @param executor for what may block
   */
  Handover(
      Path socket,
      Serving node,
      CancelRegistry cancels,
      Overlap overlap,
      EventLog log,
      Executor executor)
      throws IOException {
    this.socket = socket;
    this.claimsFile = HandoverPlace.claims(socket);
    this.node = node;
    this.cancels = cancels;
    this.overlap = overlap;
    this.log = log;
    this.executor = executor;
    this.user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** Lets another process ask from now on. */
  void open() throws IOException {
    SocketFile file = new SocketFile(socket);
    try (FileChannel claim = file.claim()) {
      file.makeRoom();
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .group(loop)
              .channel(EpollServerDomainSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) throws Exception {
                      connected(channel);
                    }
                  });
      var bound = bootstrap.bind(new DomainSocketAddress(socket.toString())).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(bound.cause().getMessage(), bound.cause());
      }
      listener = (ServerChannel) bound.channel();
      file.admit("0600");
    }
  }

  private void connected(EpollDomainSocketChannel channel) throws IOException {
    SuccessorLink link = new SuccessorLink(channel, this);
    int other = channel.peerCredentials().uid();
    if (other == user) {
      link.install();
    } else {
      LOG.warn(
          "a take-over is refused: user {} asks for it, and the node is user {}'s", other, user);
      link.refuse(
          "the running process belongs to another user (%d): start this one as that user"
              .formatted(user));
    }
  }

  private void become(Stage next) {
    if (!Stage.MOVES.get(stage).contains(next)) {
      throw new IllegalStateException("a node that is " + stage + " cannot become " + next);
    }
    stage = next;
  }

  // ---- what the other process asks for

  void wanted(SuccessorLink by) {
    String why = stage == Stage.SERVING ? node.refusesSuccessor() : refusal();
    if (why != null) {
      log.node("take-over refused", "reason=\"" + why + "\"");
      by.refuse(why);
      return;
    }
    become(Stage.PREPARING);
    successor = by;
    log.node("take-over begins", "process=" + by.process());
    Claims claims = claims(by);
    StateWriter welcome = new StateWriter();
    cancels.numbersInUse().write(welcome);
    if (claims.shared()) {
      welcome.text(claimsFile.getFileName().toString());
    }
    by.welcome(claims, welcome);
    loop.next().schedule(() -> tooLong(by), MOST_PREPARING_SECONDS, TimeUnit.SECONDS);
  }

  private Claims claims(SuccessorLink by) {
    if (by.shares()) {
      try {
        return Claims.create(claimsFile);
      } catch (IOException e) {
        LOG.warn("a take-over goes on without {}: {}", claimsFile, e.toString());
      }
    }
    return Claims.unshared();
  }

  /** Only who has opened it needs it. */
  private void removeClaims() {
    try {
      Files.deleteIfExists(claimsFile);
    } catch (IOException e) {
      LOG.debug("{} stays", claimsFile, e);
    }
  }

  private String refusal() {
    return stage == Stage.ENDING
        ? "the running process is ending"
        : "process " + successor.process() + " is taking its place already";
  }

  private void tooLong(SuccessorLink which) {
    if (stage == Stage.PREPARING && successor == which) {
      LOG.warn("process {} has not become ready in {} s", which.process(), MOST_PREPARING_SECONDS);
      which.end();
    }
  }

  /** A connection says that descriptors go over it. */
  void descriptors(Channel second, byte[] token) {
    if (stage != Stage.PREPARING || !successor.isMeant(token)) {
      second.close();
      return;
    }
    successor.descriptors(second);
    removeClaims();
    overlap.begin();
    node.listeners(successor);
    successor.handListeners();
  }

  void releaseHttp(SuccessorLink by) {
    if (stage != Stage.PREPARING || by != successor) {
      by.end();
      return;
    }
    http(
        () -> {
          node.closeHttp();
          by.send(FrameType.HTTP_RELEASED);
        });
  }

  /** The threads of the executor may overtake one another. */
  private void http(Runnable change) {
    http =
        http.handleAsync(
            (before, failed) -> {
              change.run();
              return null;
            },
            executor);
  }

  void ready(SuccessorLink by) {
    if (stage != Stage.PREPARING || by != successor) {
      by.end();
      return;
    }
    become(Stage.MOVING);
    counted = node.handOver();
    movingSince = System.nanoTime();
    looks = 0;
    remaining = Remaining.NONE;
    logged = movingSince - LOG_NANOS;
    moved.set(0);
    log.node("clients move", "process=" + by.process() + " connections=" + node.connections());
    move(by);
  }

  private void move(SuccessorLink to) {
    if (stage != Stage.MOVING || to != successor) {
      return;
    }
    boolean known = counted.isDone() && !counted.isCompletedExceptionally();
    int left = node.connections(); // behind that: no accepted client is missed
    boolean late = System.nanoTime() - movingSince > node.mayStay().toNanos();
    if (late || (left == 0 && known)) {
      become(Stage.ENDING);
      log.node("clients moved", "number=" + moved + " left=" + left + why(left));
      node.end();
      return;
    }
    node.moveTo(to.clients());
    if (++looks % LOOKS_BETWEEN_COUNTS == 0) {
      node.obstacles(counts -> loop.next().execute(() -> remain(to, counts)));
    }
    loop.next().schedule(() -> move(to), LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void remain(SuccessorLink at, Map<String, Integer> counts) {
    if (stage != Stage.MOVING || at != successor) {
      return;
    }
    remaining = Remaining.of(node.connections(), counts);
    at.remaining(remaining);
    int left = remaining.clients();
    if (left > 0 && System.nanoTime() - logged >= LOG_NANOS) {
      logged = System.nanoTime();
      log.node("clients remain", "number=" + left + why(left));
    }
  }

  private String why(int left) {
    return left == 0 ? "" : " why=\"" + remaining + "\"";
  }

  /** A client has gone there; for any thread. */
  void moved() {
    moved.incrementAndGet();
  }

  void cancel(CancelKey key, Runnable done) {
    cancels.cancel(key, done);
  }

  void kill(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
    cancels.kill(request, lastWords, told);
  }

  void lost(SuccessorLink which) {
    if (which != successor || stage == Stage.ENDING) {
      return;
    }
    log.node("take-over failed", "process=" + which.process() + " moved=" + moved);
    which.end();
    removeClaims();
    successor = null;
    become(Stage.SERVING);
    node.takeBack();
    alone(which.process());
  }

  /**
   * A process that has lost its connection may still serve clients: until it ends there are two
   * nodes.
   */
  private void alone(long other) {
    boolean lives = ProcessHandle.of(other).map(ProcessHandle::isAlive).orElse(false);
    if (stage == Stage.ENDING) {
      return;
    }
    if (lives || stage != Stage.SERVING) {
      loop.next().schedule(() -> alone(other), LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    overlap.end();
    node.alone();
    http(node::openHttp);
  }

  /** For any thread but its own. */
  @Override
  public void close() {
    Channel mine = listener;
    if (mine != null) {
      mine.close().awaitUninterruptibly(1, TimeUnit.SECONDS); // with it the file, before the rest
    }
    loop.next()
        .submit(
            () -> {
              if (successor != null) {
                successor.gone();
              }
            })
        .awaitUninterruptibly(1, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
