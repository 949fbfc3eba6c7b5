package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.Md5Password;
import dev.heimdall.engine.kit.KitClient;
import dev.heimdall.engine.kit.KitDialect;
import dev.heimdall.engine.kit.KitNode;
import dev.heimdall.engine.kit.KitServers;
import dev.heimdall.engine.kit.KitSession;
import dev.heimdall.engine.kit.KitWords;
import dev.heimdall.model.ServerAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The toy in the kit. */
final class ToyKit implements KitDialect {
  @Override
  public KitWords words() {
    return new KitWords(
        "SELECT", "UPDATE t SET a = %s", "USE %s", "SELECT schema", "HOLD t", "postgres");
  }

  @Override
  public KitNode.Spoken<? extends KitServers<?>> spoken() {
    return new KitNode.Spoken<>(
        "jdbc:postgresql://server/app", node -> ToyDialect.create(), Servers::new);
  }

  @Override
  public KitClient connect(KitNode<?> node) {
    return new Client(node);
  }

  private static final class Servers extends KitServers<Session> {
    private final ToyMember member = new ToyMember(new ServerAddress("server", 1), true);
    private final List<String> written = new ArrayList<>();
    private int cancels;

    Servers(EventLoop loop, LocalAddress address, ByteBufAllocator buffers) {
      super(loop, address, LocalServerChannel.class, buffers);
    }

    @Override
    protected Session session(int process) {
      return new Session(this, process);
    }

    @Override
    public List<String> written() {
      return written;
    }

    @Override
    public int cancels() {
      return cancels;
    }
  }

  private static final class Session extends KitSession {
    private final Servers servers;
    private final ToyServer server;
    private final List<String> uncommitted = new ArrayList<>();
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
      String text = ToyFrame.text(frame, 0);
      if (frame.getByte(0) == ToyFrame.QUERY) {
        received().add(text);
      } else if (frame.getByte(0) == ToyFrame.EXECUTE) {
        received().add(server.statement(ToyFrame.number(frame, 0, 0)));
      }
      if (frame.getByte(0) == ToyFrame.QUERY && text.startsWith("UPDATE ")) {
        uncommitted.add(text.substring(text.indexOf('=') + 2));
      }
      int before = servers.member.count();
      answer = out;
      server.take(frame);
      answer = null;
      if (servers.member.count() > before) {
        servers.written.addAll(uncommitted);
        uncommitted.clear();
      } else if (text.equals("ROLLBACK")) {
        uncommitted.clear();
      }
      if (!server.violations().isEmpty()) {
        throw new IllegalStateException(server.violations().toString());
      }
    }
  }

  private static final class Client extends KitClient {
    private static final int CHALLENGE = 4;

    /** Statements by the numbers that the node gives them. */
    private final Map<Integer, Integer> handles = new HashMap<>();

    private byte[] challenge;
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
        case ToyFrame.GREETING ->
            challenge = ByteBufUtil.getBytes(in, at + ToyFrame.HEADER + 4, CHALLENGE);
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
    protected void logIn(String user, String password) {
      String hash = Md5Password.hash(user, password);
      byte[] proof = ToyFrame.text(Md5Password.response(hash, challenge));
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
                    to.writeBytes(proof);
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
