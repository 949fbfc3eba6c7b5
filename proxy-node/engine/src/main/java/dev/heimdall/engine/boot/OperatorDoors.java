package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminCommands;
import dev.heimdall.engine.admin.AdminPlan;
import dev.heimdall.engine.admin.AdminPrincipal;
import dev.heimdall.engine.admin.AdminReply;
import dev.heimdall.engine.admin.AdminResult;
import dev.heimdall.engine.admin.ConsoleHandler;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.session.Console;
import dev.heimdall.engine.wire.postgres.PgWriter;
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
  public CompletionStage<ByteBuf> run(String sql, String user, SocketAddress address, byte status) {
    ByteBuf out = Unpooled.buffer(1024);
    List<AdminPlan> plans = commands.planAll(sql, new AdminPrincipal(user, true, address));
    return runFrom(plans, 0, out)
        .thenApply(
            done -> {
              PgWriter.ready(out, status);
              return out;
            });
  }

  private CompletionStage<Void> runFrom(List<AdminPlan> plans, int index, ByteBuf out) {
    if (index == plans.size()) {
      return CompletableFuture.completedFuture(null);
    }
    return plans
        .get(index)
        .run()
        .thenCompose(
            result -> {
              AdminReply.result(out, result, true);
              return result instanceof AdminResult.Failed
                  ? CompletableFuture.completedFuture(null)
                  : runFrom(plans, index + 1, out);
            });
  }

  @Override
  public ChannelHandler handler(String user, SocketAddress address) {
    return new ConsoleHandler(commands, new AdminPrincipal(user, true, address));
  }

  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
  }
}
