package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminCommands;
import dev.heimdall.engine.admin.AdminPlan;
import dev.heimdall.engine.admin.AdminPrincipal;
import dev.heimdall.engine.admin.AdminReply;
import dev.heimdall.engine.admin.AdminResult;
import dev.heimdall.engine.admin.ConsoleHandler;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The operator's ways in: the console's statements and the HTTP door. */
final class OperatorDoors implements Console, AutoCloseable {
  private final LiveNodeView view;
  private final Metrics metrics;
  private final LoopWatch watch;
  private final EventLog log;
  private final AdminCommands commands;
  private dev.heimdall.engine.admin.HttpDoor http;

  OperatorDoors(Node node, Metrics metrics, LoopWatch watch, EventLog log) {
    this.view = new LiveNodeView(node);
    this.metrics = metrics;
    this.watch = watch;
    this.log = log;
    this.commands = new AdminCommands(view, metrics, log, node.offLoop());
  }

  void open(dev.heimdall.model.HttpDoor settings) throws IOException {
    if (settings.enabled()) {
      http =
          new dev.heimdall.engine.admin.HttpDoor(
              dev.heimdall.engine.admin.HttpDoor.Settings.at(
                  new InetSocketAddress(settings.address(), settings.port())),
              view,
              metrics,
              watch,
              log);
      http.start();
    }
  }

  int port() {
    return http == null ? -1 : http.address().getPort();
  }

  @Override
  public boolean recognises(byte[] sql, int offset, int length) {
    return AdminCommands.recognises(sql, offset, length);
  }

  @Override
  public Run run(String sql, String user, SocketAddress address, boolean holdsServer) {
    return new Commands(
        commands.planAll(sql, new AdminPrincipal(user, true, address, holdsServer)));
  }

  /** The commands of one simple query, carried out in turn up to the first that fails. */
  private static final class Commands implements Run {
    private final List<AdminPlan> plans;
    private final ByteBuf out = Unpooled.buffer(1024);
    private final CompletionStage<ByteBuf> reply;
    private volatile AdminPlan running;

    Commands(List<AdminPlan> plans) {
      this.plans = plans;
      this.reply = from(0).thenApply(done -> out);
    }

    private CompletionStage<Void> from(int index) {
      if (index == plans.size()) {
        return CompletableFuture.completedFuture(null);
      }
      running = plans.get(index);
      return running
          .run()
          .thenCompose(
              result -> {
                AdminReply.result(out, result, true);
                return from(result instanceof AdminResult.Failed ? plans.size() : index + 1);
              });
    }

    @Override
    public CompletionStage<ByteBuf> reply() {
      return reply;
    }

    @Override
    public void cancel() {
      running.cancel();
    }
  }

  @Override
  public Talk talk(String user, SocketAddress address) {
    ConsoleHandler handler = new ConsoleHandler(commands, new AdminPrincipal(user, true, address));
    return new Talk() {
      @Override
      public ChannelHandler handler() {
        return handler;
      }

      @Override
      public boolean busy() {
        return handler.answering();
      }

      @Override
      public long commands() {
        return handler.commands();
      }

      @Override
      public void cancel() {
        handler.cancel();
      }
    };
  }

  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
  }
}
