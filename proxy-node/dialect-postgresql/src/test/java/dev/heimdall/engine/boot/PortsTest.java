package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.kit.SimulatedServers;
import dev.heimdall.engine.kit.SocketClient;
import dev.heimdall.model.RegionFacts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that the kernel connects when a node opens or closes its ports, and no loop has accepted.
 */
class PortsTest {
  private static final int CLIENTS = 10;

  @TempDir Path directory;

  private final EventLoopGroup world =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<SocketClient> clients = new ArrayList<>();
  private final CountDownLatch busy = new CountDownLatch(1);
  private String method = "trust";
  private SimulatedServers servers;
  private Node node;

  @AfterEach
  void close() throws Exception {
    busy.countDown();
    for (SocketClient client : clients) {
      client.close();
    }
    if (node != null) {
      node.close();
    }
    world.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private void start(String notice) throws Exception {
    configure("\"loops\": 1, \"drainNotice\": \"" + notice + "\"", freePort());
    node = Node.start(directory, RegionFacts.none(), new NodeObserver() {});
  }

  private void configure(String settings, int port) throws Exception {
    servers =
        world
            .next()
            .submit(
                () ->
                    new SimulatedServers(
                        world.next(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        NioServerSocketChannel.class,
                        ByteBufAllocator.DEFAULT))
            .get(30, TimeUnit.SECONDS);
    int server =
        ((InetSocketAddress) world.next().submit(servers::listensAt).get(30, TimeUnit.SECONDS))
            .getPort();
    write("node.json", "{\"http\": {\"enabled\": false}, " + settings + "}");
    write("users/ann.json", "{\"password\": \"secret\"}");
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://127.0.0.1:"
            + server
            + "/app\", \"user\": \"db\", \"password\": \"db\","
            + " \"tls\": {\"mode\": \"disable\"}, \"catalog\": {\"enabled\": false}}");
    write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"ports\": ["
            + port
            + "], \"unixSocket\": \""
            + directory.resolve("app.sock")
            + "\", \"address\": \"127.0.0.1\", \"auth\": [{\"method\": \""
            + method
            + "\"}]}");
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private void write(String path, String document) throws Exception {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, document);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** The node is told to end; its loop accepts nobody until its port is about to be closed. */
  private CompletableFuture<Void> endsWhileItsLoopIsBusy() throws Exception {
    SingleThreadIoEventLoop loop = loop();
    CountDownLatch begun = new CountDownLatch(1);
    loop.execute(
        () -> {
          begun.countDown();
          awaitFree();
        });
    begun.await();
    for (int i = 0; i < CLIENTS; i++) {
      SocketClient client =
          i % 2 == 0
              ? new SocketClient(node.port("app"))
              : new SocketClient(directory.resolve("app.sock"));
      clients.add(client);
      client.beginLogIn("ann");
    }
    CompletableFuture<Void> drained = CompletableFuture.runAsync(node::drain);
    await(() -> node.view().health().draining());
    return drained;
  }

  private SingleThreadIoEventLoop loop() {
    EventLoop loop = node.nodeLoops().get(0).context().loop();
    return (SingleThreadIoEventLoop) loop;
  }

  private void awaitFree() {
    try {
      busy.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing that it does by itself comes behind what closes the port. */
  private void goesOnToClose() throws InterruptedException {
    SingleThreadIoEventLoop loop = loop();
    await(() -> loop.pendingTasks() > 0);
    for (int before = 0; before < loop.pendingTasks(); ) {
      before = loop.pendingTasks();
      TimeUnit.MILLISECONDS.sleep(200);
    }
    busy.countDown();
  }

  @Test
  void areToldThatTheNodeStops() throws Exception {
    start("0");
    CompletableFuture<Void> drained = endsWhileItsLoopIsBusy();

    goesOnToClose();

    for (SocketClient client : clients) {
      assertThat(client.toldAtLast()).startsWith("error 57P03");
    }
    drained.get(30, TimeUnit.SECONDS);
  }

  /** Loops that shut down close what they have before they do what they were given. */
  @Test
  void areToldAmidTheirLogInThoughTheLoopIsBusyWhenTheNodeEnds() throws Exception {
    method = "scram-sha-256";
    start("0");
    SocketClient client = new SocketClient(node.port("app"));
    clients.add(client);
    client.beginLogIn("ann");
    node.drain();
    isBusyWithInput();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);

    goesOnToClose();

    assertThat(client.toldAtLast()).startsWith("error 57P03");
    closed.get(30, TimeUnit.SECONDS);
  }

  /** The loop reads from a channel; tasks come after that. */
  private void isBusyWithInput() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new Bootstrap()
          .group(loop())
          .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
          .handler(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object input) {
                  ReferenceCountUtil.release(input);
                  begun.countDown();
                  awaitFree();
                }
              })
          .connect(any.getLocalSocketAddress())
          .sync();
      try (Socket writer = any.accept()) {
        writer.getOutputStream().write(0);
        begun.await();
      }
    }
  }

  @Test
  void areServedForAsLongAsTheNoticeWas() throws Exception {
    start("3s");
    long begun = System.nanoTime();
    CompletableFuture<Void> drained = endsWhileItsLoopIsBusy();
    while (System.nanoTime() - begun < Duration.ofMillis(3500).toNanos()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }

    goesOnToClose();

    for (SocketClient client : clients) {
      assertThat(client.toldAtLast()).isEqualTo("ready I");
      assertThat(client.asks("SELECT 1")).endsWith("ready I");
    }
    for (SocketClient client : clients) {
      assertThat(client.toldAtLast()).startsWith("error 57P01");
    }
    drained.get(30, TimeUnit.SECONDS);
  }

  /** Whoever tries all the time while a node starts: he is refused, until he is let in. */
  @RepeatedTest(5)
  void theFirstThatConnectsIsServed() throws Exception {
    int port = freePort();
    configure("\"loops\": 2", port);
    CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> firstLogIn(port));

    node = Node.start(directory, RegionFacts.none(), new NodeObserver() {});

    assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("ready I");
  }

  private static String firstLogIn(int port) {
    while (true) {
      try (SocketClient client = new SocketClient(port)) {
        return client.logIn("ann");
      } catch (ConnectException e) {
        Thread.onSpinWait();
      } catch (IOException e) {
        return e.toString();
      }
    }
  }
}
