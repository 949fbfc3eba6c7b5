package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.KeyValueLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's port goes to another one, and that one closes it. */
class NodeHandoverTest {
  private static final ListeningPlace PLACE = new ListeningPlace.Port("127.0.0.1", 1);
  private static final int SOON = 300;
  private static final int PATIENCE = 30_000;

  /** Fewer than the kernel keeps, which refuses in the same way whom it cannot. */
  private static final int TRIES = 100;

  private static final int BACKLOG = 1024;

  @TempDir private Path folder;
  private EventLoopGroup loops;
  private SocketAddress address;

  /** A node with one port, which is to end when another one accepts clients there. */
  private static final class Serving implements Handover.Serving {
    private final ListeningSockets sockets = new ListeningSockets(BACKLOG);
    private final CountDownLatch alone = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public String refusesSuccessor() {
      return null;
    }

    @Override
    public void listeners(SuccessorLink to) {
      sockets.handTo(socket -> to.listener(Inheritance.name("app", PLACE), socket));
    }

    @Override
    public void accept() {
      sockets.accept();
    }

    @Override
    public void takeBack() {
      sockets.takeBack();
    }

    @Override
    public void alone() {
      sockets.alone();
      alone.countDown();
    }

    @Override
    public CompletableFuture<Void> handOver() {
      return sockets.handOver();
    }

    @Override
    public void closeHttp() {}

    @Override
    public void openHttp() {}

    @Override
    public int connections() {
      return 0;
    }

    @Override
    public void moveTo(Successor successor) {}

    @Override
    public void obstacles(Consumer<Map<String, Integer>> counted) {}

    @Override
    public Duration mayStay() {
      return Duration.ofHours(1);
    }

    @Override
    public void end() {
      ended.countDown();
    }
  }

  @BeforeEach
  void open() {
    assumeThat(Epoll.isAvailable()).isTrue();
    loops = Transport.EPOLL.open(1);
  }

  @AfterEach
  void end() throws Exception {
    if (loops != null) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private ServerBootstrap bootstrap() {
    return new ServerBootstrap()
        .group(loops)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.AUTO_READ, false)
        .childHandler(new ChannelInboundHandlerAdapter());
  }

  private Serving first() throws Exception {
    Serving first = new Serving();
    Channel socket =
        bootstrap()
            .channel(EpollServerSocketChannel.class)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    address = socket.localAddress();
    first.sockets.add(socket);
    first.accept();
    return first;
  }

  private NodeHandover handover(boolean takesOver) throws Exception {
    return handover(folder, takesOver);
  }

  private static NodeHandover handover(Path folder, boolean takesOver) throws Exception {
    return NodeHandover.of(Optional.of(new HandoverPlace(folder, takesOver)), 1, Transport.EPOLL);
  }

  private static void ready(NodeHandover node, Serving serving) {
    node.ready(
        (descriptor, unix, peer, state, entry) -> entry.kept("nobody comes"),
        serving,
        new CancelRegistry(FleetNumbers.of(1), new SecureRandom()),
        KeyValueLog.silent(),
        ForkJoinPool.commonPool(),
        () -> {});
  }

  /** It has the sockets, and the other node accepts clients there still. */
  private Serving begun(NodeHandover node) throws Exception {
    node.begin();
    Serving next = new Serving();
    FileDescriptor socket = node.inheritance().take("app", PLACE).get(0);
    next.sockets.shared();
    next.sockets.add(
        bootstrap()
            .channelFactory(() -> HandedSockets.listener(socket, false))
            .register()
            .sync()
            .channel());
    node.releaseHttp();
    return next;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private void connect(int millis) throws Exception {
    try (Socket client = new Socket()) {
      client.connect(address, millis);
    }
  }

  /** Closes them while their loop has something else to do, so that there is time to connect. */
  private CompletableFuture<?> closing(Serving node, CountDownLatch busy) {
    loops.execute(
        () -> {
          try {
            await(busy);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return CompletableFuture.runAsync(node.sockets::close);
  }

  /** Connections are accepted until the kernel has the filter. */
  private boolean hearsNothing() throws Exception {
    for (int i = 0; i < TRIES; i++) {
      try {
        connect(SOON);
      } catch (SocketTimeoutException e) {
        return true;
      }
      Thread.sleep(SOON / 10);
    }
    return false;
  }

  private void refusesWhoComesAsItCloses(Serving node) throws Exception {
    connect(PATIENCE);
    CountDownLatch busy = new CountDownLatch(1);
    CompletableFuture<?> closed = closing(node, busy);
    try {
      assertThat(hearsNothing()).isTrue();
      assertThat(closed).isNotDone();
    } finally {
      busy.countDown();
    }
    closed.get(60, TimeUnit.SECONDS);
    assertThatThrownBy(() -> connect(PATIENCE)).isInstanceOf(ConnectException.class);
  }

  @Test
  void whoHasTakenOverAPortClosesItAsAnyOther() throws Exception {
    Serving before = first();
    try (NodeHandover taking = handover(true)) {
      Serving after;
      try (NodeHandover old = handover(false)) {
        ready(old, before);
        after = begun(taking);
        ready(taking, after);
        await(before.ended);
        before.sockets.close();
      }
      await(after.alone);
      refusesWhoComesAsItCloses(after);
    }
  }

  @Test
  void aFolderThatIsNotThereIsMadeForTheNodeAlone() throws Exception {
    Path missing = folder.resolve("var/heimdall");
    try (NodeHandover old = handover(missing, false);
        NodeHandover taking = handover(missing, true)) {
      ready(old, first());

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(missing)))
          .isEqualTo("rwx------");
      assertThat(begun(taking)).isNotNull();
    }
  }

  @Test
  void whoFindsNobodyToSucceedSaysWhere() throws Exception {
    Path missing = folder.resolve("var/heimdall");
    try (NodeHandover taking = handover(missing, true)) {
      assertThatThrownBy(taking::begin)
          .isInstanceOf(StartupException.class)
          .hasMessage(
              "no running process hands over at %s/take-over-1.sock (no such file): start this one without --take-over, with the --state of the other, or as its user"
                  .formatted(missing));
    }
  }
}
