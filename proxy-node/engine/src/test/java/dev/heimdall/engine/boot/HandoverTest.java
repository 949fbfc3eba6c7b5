package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.share.Overlap;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that asks for the place of a node, and is gone before it has it. */
class HandoverTest {
  /** No process has it. */
  private static final long NOBODY = Integer.MAX_VALUE;

  private static final byte[] TOKEN = {1, 2, 3};

  private final Served node = new Served();
  @TempDir private Path folder;

  /** Says what is asked of the HTTP endpoint. */
  private static final class Served implements Handover.Serving {
    private final List<String> http = new CopyOnWriteArrayList<>();
    private final CountDownLatch opened = new CountDownLatch(1);
    private final CountDownLatch looks = new CountDownLatch(6);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Void> counted = new CompletableFuture<>();
    private volatile boolean alone;

    @Override
    public String refusesSuccessor() {
      return null;
    }

    @Override
    public void listeners(SuccessorLink to) {}

    @Override
    public void accept() {}

    @Override
    public void takeBack() {}

    @Override
    public void alone() {
      alone = true;
    }

    @Override
    public CompletableFuture<Void> handOver() {
      return counted;
    }

    @Override
    public void closeHttp() {
      http.add("closed");
    }

    @Override
    public void openHttp() {
      http.add("open");
      opened.countDown();
    }

    @Override
    public int connections() {
      looks.countDown();
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

  private static SocketChannel connect(Path socket) throws IOException {
    SocketChannel link = SocketChannel.open(StandardProtocolFamily.UNIX);
    link.connect(UnixDomainSocketAddress.of(socket));
    return link;
  }

  private static void send(SocketChannel to, FrameType type, StateWriter body) throws IOException {
    byte[] bytes = body.toBytes();
    ByteBuffer frame = ByteBuffer.allocate(5 + bytes.length);
    frame.putInt(1 + bytes.length).put((byte) type.ordinal()).put(bytes).flip();
    while (frame.hasRemaining()) {
      to.write(frame);
    }
  }

  private static ByteBuffer read(SocketChannel from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      assertThat(from.read(bytes)).isPositive();
    }
    return bytes.flip();
  }

  private static void awaitFrame(SocketChannel from, FrameType type) throws IOException {
    ByteBuffer frame = read(from, read(from, 4).getInt());
    assertThat(FrameType.values()[frame.get()]).isEqualTo(type);
  }

  private Handover handover(Path socket, Executor executor) throws IOException {
    Handover handover =
        new Handover(
            socket,
            node,
            new CancelRegistry(FleetNumbers.of(1), new SecureRandom()),
            new Overlap(),
            KeyValueLog.silent(),
            executor);
    handover.open();
    return handover;
  }

  /** It has the listening sockets of the node. */
  private static void prepare(SocketChannel link, SocketChannel descriptors) throws IOException {
    send(
        link,
        FrameType.HELLO,
        new StateWriter().number(FrameType.VERSION).bytes(TOKEN).longNumber(NOBODY));
    awaitFrame(link, FrameType.WELCOME);
    send(descriptors, FrameType.DESCRIPTORS, new StateWriter().bytes(TOKEN));
    awaitFrame(link, FrameType.LISTENERS_END);
  }

  /** The endpoint is taken again behind what gives it up, however late that comes to it. */
  @Test
  void theHttpEndpointIsThereAgainWhenTheOtherProcessIsGone() throws Exception {
    Path socket = folder.resolve("take-over.sock");
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Void> late = new CompletableFuture<>();
    Executor threads =
        task -> {
          if (asked.getCount() > 0) {
            late.thenRunAsync(task); // its thread is the last to get the processor
            asked.countDown();
          } else {
            CompletableFuture.runAsync(task);
          }
        };
    try (Handover handover = handover(socket, threads)) {
      try (SocketChannel link = connect(socket);
          SocketChannel descriptors = connect(socket)) {
        prepare(link, descriptors);
        send(link, FrameType.RELEASE_HTTP, new StateWriter());
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      }
      node.opened.await(300, TimeUnit.MILLISECONDS); // it does not overtake
      late.complete(null);
      assertThat(node.opened.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(node.http).containsExactly("closed", "open");
      assertThat(node.alone).isTrue();
    }
  }

  /** A loop that has much to do comes late to what it has begun to accept. */
  @Test
  void theProcessDoesNotEndBeforeAllAreCountedWhomItHasAccepted() throws Exception {
    Path socket = folder.resolve("take-over.sock");
    try (Handover handover = handover(socket, Runnable::run);
        SocketChannel link = connect(socket);
        SocketChannel descriptors = connect(socket)) {
      prepare(link, descriptors);
      send(link, FrameType.READY, new StateWriter());
      assertThat(node.looks.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(node.ended.getCount()).isOne();
      node.counted.complete(null);
      assertThat(node.ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }
}
