package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.ConsoleSession;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.session.ClientSession;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/**
 * Factory for the handler that takes over the channel of a client of one virtual database on one
 * loop after its log-in.
 */
record ClientHandlers(NodeContext node, VdbContext vdb, LoopSessions sessions, Dialect dialect)
    implements SessionFactory {

  @Override
  public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
    return new ClientSession(node, vdb, dialect.sessions(), sessions, login, given, channel);
  }

  @Override
  public HandedSession handed(HandedClient from, StateReader state, Channel channel) {
    return new ClientSession(node, vdb, dialect.sessions(), sessions, from, state, channel);
  }

  @Override
  public ChannelHandler console(Login login, Channel channel) throws StartupVariables.Rejected {
    ConsoleProtocol console =
        dialect
            .console()
            .orElseThrow(
                () ->
                    new StartupVariables.Rejected(
                        ServerError.fatal(
                            Sqlstate.FEATURE_NOT_SUPPORTED,
                            "the admin database \""
                                + login.database()
                                + "\" is not served over this protocol yet: use a virtual database"
                                + " of another engine, or HTTP")));
    return new ConsoleSession(
        node.access(),
        vdb.access(),
        sessions.context(),
        sessions.clients(),
        node.consoles().at(login.database(), node.access().settings()),
        console,
        login,
        channel);
  }
}
