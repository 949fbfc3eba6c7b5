package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.client.Admission;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.kit.LogInBench;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.model.AuthMethod;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The log-ins of one virtual database, whose servers have said once what they are. */
final class MysqlLogInBench extends LogInBench {
  static final ServerHello SERVER = new ServerHello("9.7.4", 0xFFFFFFFFL, 255, 2);

  /** Who has got in. */
  final List<Login> sessions = new ArrayList<>();

  /**
   * @param users documents by their names
   */
  MysqlLogInBench(Path directory, AuthMethod method, Map<String, String> users) throws Exception {
    super(
        new MysqlClients(),
        directory,
        "\"databases\": {\"shop\": \"shop\"}, \"clients\": {\"max\": 2}",
        method,
        users,
        null);
    vdb().learnt(SERVER.greeting());
  }

  /** Whether some session, or log-in, has this number. */
  boolean knows(int number) {
    return node().cancels().byId(number) != null;
  }

  @Override
  public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
    return new ChannelInboundHandlerAdapter() {
      private final Client client =
          (Client)
              Proxy.newProxyInstance(
                  Client.class.getClassLoader(),
                  new Class<?>[] {Client.class},
                  (proxy, method, arguments) ->
                      switch (method.getName()) {
                        case "login" -> login;
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "equals" -> proxy == arguments[0];
                        default -> throw new UnsupportedOperationException(method.getName());
                      });
      private final Admission admission = new Admission(node(), vdb(), clients(), client);

      @Override
      public void handlerAdded(ChannelHandlerContext ctx) {
        var out = ctx.alloc().buffer();
        ServerError full = admission.acquireSlots();
        if (full != null) {
          login.encoder().error(full, out);
        } else {
          login.encoder().welcome(SERVER.greeting(), null, admission.register(), out);
          sessions.add(login);
        }
        ctx.writeAndFlush(out);
      }

      @Override
      public void channelInactive(ChannelHandlerContext ctx) {
        admission.release();
      }
    };
  }
}
