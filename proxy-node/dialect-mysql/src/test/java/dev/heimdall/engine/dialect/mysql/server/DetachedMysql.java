package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.DetachedConnection;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A logged-in connection to a MySQL server that a test plays packet by packet. */
final class DetachedMysql {
  static final String MYSQL = "9.7.4";
  static final String MARIADB = "11.4.5-MariaDB";

  final EmbeddedChannel channel = new EmbeddedChannel();
  final LoopContext context = new LoopContext(0, channel.eventLoop());
  final ServerConnection connection;
  int closings;

  DetachedMysql(String version, long capabilities) {
    ServerTarget target =
        new ServerTarget(
            null,
            null,
            "app",
            ServerCredential.withoutSecret("app"),
            new AgreedCapabilities(capabilities),
            Map.of(),
            100);
    Handshake handshake =
        new Handshake(
            version, 7, new byte[Handshake.CHALLENGE], -1, 45, 2, "caching_sha2_password");
    SessionSetUp setUp =
        new SessionSetUp(handshake, target, Map.of("autocommit", "ON"), "utf8mb4_general_ci");
    connection =
        DetachedConnection.of(
            context,
            channel,
            new ConnectionKeeper() {
              @Override
              public void serverClosed(ServerConnection closed) {
                closings++;
              }

              @Override
              public void cancelsDone(ServerConnection done) {}
            },
            target,
            new LogInHandler.LoggedIn(
                7,
                Greeting.of(Map.of()),
                (made, delivery) -> MysqlRequests.dialogue(made, delivery, setUp, null, null)));
  }

  MysqlRequests requests() {
    return (MysqlRequests) connection.requests();
  }

  static long eof(boolean deprecated) {
    return deprecated ? Capability.DEPRECATE_EOF : 0;
  }

  /** A client's command. */
  void command(byte command, Client client, boolean tracks) {
    context.beginEvent();
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 0, command});
    requests().command(bytes, client, tracks ? everything() : null);
    context.endEvent();
  }

  /** A client's read in the pipeline that others use as well, which is sent at once. */
  void shared(Client client) {
    context.beginEvent();
    connection.share(true);
    requests().begin(Command.QUERY, client, null);
    connection.write(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 0, Command.QUERY}));
    context.endEvent();
    channel.runPendingTasks();
  }

  /** A client reads of all that a server reports. */
  private static ClientTracking everything() {
    ClientTracking tracking = new ClientTracking();
    tracking.set("session_track_system_variables", "'*'");
    tracking.set("session_track_state_change", "1");
    tracking.set("session_track_gtids", "OWN_GTID");
    return tracking;
  }

  /** The server sends bytes, in one piece. */
  void server(byte[] bytes) {
    if (!channel.isOpen()) {
      return;
    }
    ByteBuf in = channel.alloc().buffer(bytes.length).writeBytes(bytes);
    channel.writeInbound(in);
    channel.runPendingTasks();
  }

  /** The same in pieces that end behind these numbers of bytes. */
  void server(byte[] bytes, List<Integer> cuts) {
    int from = 0;
    for (int cut : cuts) {
      if (cut > from && cut < bytes.length) {
        server(Arrays.copyOfRange(bytes, from, cut));
        from = cut;
      }
    }
    server(Arrays.copyOfRange(bytes, from, bytes.length));
  }

  /** Commands that the server got since it was last asked, by their first bytes. */
  List<Byte> received() {
    List<Byte> commands = new ArrayList<>();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      all.writeBytes(ByteBufUtil.getBytes(out));
      out.release();
    }
    ByteBuf in = Unpooled.wrappedBuffer(all.toByteArray());
    while (in.isReadable()) {
      int length = Packet.payload(in, in.readerIndex());
      commands.add(in.getByte(in.readerIndex() + Packet.HEADER));
      in.skipBytes(Packet.HEADER + length);
    }
    return commands;
  }

  void finish() {
    channel.finishAndReleaseAll();
  }

  /** Whoever a command is for. */
  static class Client implements ReplyOwner {
    final ByteArrayOutputStream got = new ByteArrayOutputStream();
    final List<String> reported = new ArrayList<>();
    final List<Position> wrote = new ArrayList<>();
    final List<String> ends = new ArrayList<>();
    boolean absorbs;
    boolean takesBack;
    int files;
    int lost;

    @Override
    public void reply(ServerConnection from, ByteBuf consumed) {
      got.writeBytes(ByteBufUtil.getBytes(consumed));
      consumed.release();
    }

    @Override
    public boolean absorbs(ServerConnection from, ServerError error) {
      return absorbs;
    }

    @Override
    public boolean takesBack(ServerConnection from, boolean whole) {
      return takesBack;
    }

    @Override
    public void groupAbsorbed(ServerConnection from) {
      ends.add("absorbed");
    }

    @Override
    public void wrote(ServerConnection from, Position position) {
      wrote.add(position);
    }

    @Override
    public void knownReply(ServerConnection from, byte kind) {}

    @Override
    public void copyInStarted(ServerConnection from, int ignoredSyncs) {
      files++;
    }

    @Override
    public boolean takesNotifications() {
      return false;
    }

    @Override
    public String inClientsNames(String text) {
      return text;
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      reported.add(name + "=" + value);
    }

    @Override
    public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
      ends.add(status + (error == null ? "" : " " + error.number()));
    }

    @Override
    public void connectionLost(ServerConnection from, ServerError lastError) {
      lost++;
    }

    @Override
    public void serverWritable(ServerConnection from) {}
  }

  /** A statement of the node's. */
  static final class Own extends InternalQuery {
    boolean done;
    List<List<String>> rows;
    ServerError error;

    Own() {
      super(true);
    }

    @Override
    protected void done(ServerConnection from, ServerError why) {
      done = true;
      error = why;
      rows = rows();
    }
  }
}
