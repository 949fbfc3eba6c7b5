package dev.heimdall.engine.toy;

import dev.heimdall.engine.kit.KitClient;
import dev.heimdall.engine.kit.KitNode;
import dev.heimdall.engine.kit.KitServers;
import dev.heimdall.engine.kit.KitSession;
import dev.heimdall.engine.kit.KitWords;
import dev.heimdall.engine.kit.SessionContract;
import dev.heimdall.model.ServerAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The toy's part in what sessions of all protocols do. */
class ToySessionTest extends SessionContract {
  ToySessionTest() {
    super(
        new KitWords(
            "SELECT", "UPDATE t SET a = 1", "USE %s", "SELECT schema", "HOLD t", "postgres"));
  }

  @Override
  protected KitNode<?> node(Path directory, String vdb, String source) {
    return new KitNode<>(
        directory,
        new KitNode.Spoken<>(
            "jdbc:postgresql://server/app", node -> ToyDialect.create(), Servers::new),
        vdb,
        source);
  }

  @Override
  protected KitClient connect(KitNode<?> node) {
    return new Client(node);
  }

  private static final class Servers extends KitServers<Session> {
    private final ToyMember member = new ToyMember(new ServerAddress("server", 1), true);
    private int cancels;

    Servers(EventLoop loop, LocalAddress address, ByteBufAllocator buffers) {
      super(loop, address, LocalServerChannel.class, buffers);
    }

    @Override
    protected Session session(int process) {
      return new Session(this, process);
    }

    @Override
    public int committed() {
      return member.count();
    }

    @Override
    public int cancels() {
      return cancels;
    }
  }

  private static final class Session extends KitSession {
    private final Servers servers;
    private final ToyServer server;
    private boolean loggedIn;
    private ByteBuf answer;

    Session(Servers servers, int process) {
      this.servers = servers;
      this.server = new ToyServer(process, servers.member, this::says);
    }

    private void says(ByteBuf frame) {
      if (answer != null) {
        answer.writeBytes(frame);
        frame.release();
      } else {
        channel().writeAndFlush(frame);
      }
    }

    @Override
    protected void begun() {
      server.greet();
    }

    @Override
    protected void read(ByteBuf in) {
      for (int length = length(in); length > 0; length = length(in)) {
        ByteBuf frame = Unpooled.copiedBuffer(in.readSlice(length)); // it may never be answered
        if (frame.getByte(0) == ToyFrame.STOP) {
          servers.cancels++;
        }
        if (loggedIn) {
          answered(out -> answer(frame, out));
        } else {
          loggedIn = true;
          server.take(frame);
        }
      }
    }

    private static int length(ByteBuf in) {
      return ToyFrame.length(in, in.readerIndex(), in.writerIndex());
    }

    private void answer(ByteBuf frame, ByteBuf out) {
      answer = out;
      server.take(frame);
      answer = null;
      if (!server.violations().isEmpty()) {
        throw new IllegalStateException(server.violations().toString());
      }
    }
  }

  private static final class Client extends KitClient {
    /** Statements by the numbers that the node gives them. */
    private final Map<Integer, Integer> handles = new HashMap<>();

    private int preparing;
    private boolean failed;

    Client(KitNode<?> node) {
      super(node);
    }

    @Override
    protected void read(ByteBuf in) {
      for (int length = length(in); length > 0; length = length(in)) {
        heard(in, in.readerIndex());
        in.skipBytes(length);
      }
    }

    private static int length(ByteBuf in) {
      return ToyFrame.length(in, in.readerIndex(), in.writerIndex());
    }

    private void heard(ByteBuf in, int at) {
      switch (in.getByte(at)) {
        case ToyFrame.HANDLE -> handles.put(preparing, ToyFrame.number(in, at, 0));
        case ToyFrame.ROW -> hears("row " + ToyFrame.text(in, at).replaceFirst("^SELECT ", ""));
        case ToyFrame.ERROR -> {
          failed = true;
          hears("error " + ToyFrame.text(in, at).substring(0, 5));
        }
        case ToyFrame.DONE -> {
          if (!failed) {
            hears(
                switch (ToyFrame.number(in, at, 0)) {
                  case 0 -> "idle";
                  case 1 -> "open";
                  default -> "failed";
                });
          }
          failed = false;
        }
        default -> {
          // Nothing that all protocols tell.
        }
      }
    }

    private void send(byte type, byte[] body) {
      send(out -> ToyFrame.write(out, type, 77, body));
    }

    @Override
    protected void logIn(String user) {
      send(
          out ->
              ToyFrame.write(
                  out,
                  ToyFrame.LOG_IN,
                  1,
                  to -> {
                    to.writeInt(0);
                    ToyFrame.part(to, user);
                    ToyFrame.part(to, "");
                  }));
    }

    @Override
    protected void write(ByteBuf out, String sql) {
      ToyFrame.write(out, ToyFrame.QUERY, 77, ToyFrame.text(sql));
    }

    @Override
    protected void prepare(int number, String sql) {
      preparing = number;
      send(ToyFrame.PREPARE, ToyFrame.text(sql));
    }

    @Override
    protected void execute(int number) {
      send(ToyFrame.EXECUTE, ToyFrame.numbers(handles.getOrDefault(number, 999)));
    }

    @Override
    protected void writeNonsense(ByteBuf out) {
      ToyFrame.write(out, (byte) '?', 77, new byte[0]);
    }

    @Override
    protected void cancel() {
      send(ToyFrame.STOP, new byte[0]);
    }
  }
}
