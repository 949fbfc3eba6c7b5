package dev.heimdall.engine.toy;

import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One server process of the toy dialect at the other end of a channel. It answers at once unless it
 * is told to {@link #hold}, and writes down what it was sent and what the protocol does not allow.
 */
final class ToyServer {
  private final int processId;
  private final int features;
  private final ToyMember member;
  private final EmbeddedChannel channel;
  private final Consumer<ByteBuf> out;
  private final List<String> requests = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<Integer, String> statements = new HashMap<>();
  private ByteBuf cut = Unpooled.buffer();
  private boolean holding;
  private Runnable held;
  private int token;
  private TransactionState state = TransactionState.IDLE;
  private boolean written;
  private String schema = "";
  private int handles;
  private int piece = Integer.MAX_VALUE;
  private int refusals = 2;

  /**
   * @param member the server that it is a process of; null where that has no data
   * @param features what it is able to do, a bit for each
   * @param logIn what the node does on its end
   */
  ToyServer(int processId, ToyMember member, int features, ChannelHandler logIn) {
    this(processId, member, features, new EmbeddedChannel(logIn), null);
  }

  /**
   * One of which only the bytes are here.
   *
   * @param out takes what it sends
   */
  ToyServer(int processId, Consumer<ByteBuf> out) {
    this(processId, null, out);
  }

  /** The same of a server with data. */
  ToyServer(int processId, ToyMember member, Consumer<ByteBuf> out) {
    this(processId, member, -1, null, out);
  }

  private ToyServer(
      int processId,
      ToyMember member,
      int features,
      EmbeddedChannel channel,
      Consumer<ByteBuf> out) {
    this.member = member;
    this.processId = processId;
    this.features = features;
    this.token = 100 * processId;
    this.handles = 10 * processId;
    this.channel = channel;
    this.out = out == null ? this::toNode : out;
  }

  ToyMember member() {
    return member;
  }

  EmbeddedChannel channel() {
    return channel;
  }

  /** What it was asked for since this was last asked. */
  List<String> requests() {
    List<String> since = List.copyOf(requests);
    requests.clear();
    return since;
  }

  /** The text of a statement that it has numbered; null where there is none. */
  String statement(int handle) {
    return statements.get(handle);
  }

  /** What it was sent that it must not be. */
  List<String> violations() {
    return violations;
  }

  /** From now on the next request is answered by {@link #answer}. */
  void hold() {
    holding = true;
  }

  /** The request that was held is answered, and so are all from now on. */
  void answer() {
    holding = false;
    Runnable answering = held;
    held = null;
    answering.run();
  }

  /** Whether a request waits for its answer. */
  boolean runs() {
    return held != null;
  }

  /** What it sends comes in pieces of so many bytes. */
  void cutInto(int bytes) {
    piece = bytes;
  }

  void vanish() {
    channel.close();
  }

  // ---- what it says

  void greet() {
    send(ToyFrame.GREETING, ToyFrame.numbers(features, 0)); // with a challenge that nobody answers
  }

  /** A value has changed, whatever is going on. */
  void report(String name, String value) {
    send(ToyFrame.VALUE, ToyFrame.text(name + "=" + value));
  }

  void send(byte type, byte[] body) {
    ByteBuf frame = Unpooled.buffer();
    ToyFrame.write(frame, type, 0, body);
    out.accept(frame);
  }

  private void toNode(ByteBuf bytes) {
    // Nobody reads any more of what comes once the node has left.
    while (bytes.isReadable() && channel.isOpen()) {
      channel.pipeline().fireChannelRead(bytes.readBytes(Math.min(piece, bytes.readableBytes())));
    }
    bytes.release();
    channel.pipeline().fireChannelReadComplete();
    channel.runPendingTasks();
  }

  private void done() {
    token++;
    send(ToyFrame.DONE, ToyFrame.numbers(state.ordinal(), token, processId));
  }

  // ---- what it hears

  /** Reads what was sent so far; says whether there was anything. */
  boolean read() {
    channel.runPendingTasks();
    ByteBuf in = channel.readOutbound();
    if (in == null) {
      return false;
    }
    take(in);
    return true;
  }

  /** Reads what has come. */
  void take(ByteBuf in) {
    cut.writeBytes(in);
    in.release();
    for (int length = length(); length > 0; length = length()) {
      ByteBuf frame = cut.readBytes(length);
      request(frame);
      frame.release();
    }
  }

  private int length() {
    return ToyFrame.length(cut, cut.readerIndex(), cut.writerIndex());
  }

  private void request(ByteBuf in) {
    byte type = in.getByte(0);
    String text = ToyFrame.text(in, 0);
    switch (type) {
      case ToyFrame.LOG_IN -> {
        String user = ToyFrame.part(in.slice().skipBytes(ToyFrame.HEADER + 4));
        requests.add("log in " + user + " " + ToyFrame.number(in, 0, 0));
        report("version", "1");
        done();
      }
      case ToyFrame.STOP -> {
        requests.add("stop");
        if (held != null) {
          held = null;
          holding = false;
          send(ToyFrame.ERROR, ToyFrame.text("57014stopped"));
          done();
        }
        send(ToyFrame.STOPPED, new byte[0]);
      }
      case ToyFrame.LEAVE -> requests.add("leave");
      default -> {
        if (held != null) {
          violations.add("a request before the last one was answered");
        }
        if (ToyFrame.token(in, 0) != token) {
          violations.add("token " + ToyFrame.token(in, 0) + " instead of " + token);
        }
        int handle = type == ToyFrame.EXECUTE ? ToyFrame.number(in, 0, 0) : 0;
        requests.add(words(type, text, handle));
        if (holding) {
          held = () -> carryOut(type, text, handle);
        } else {
          carryOut(type, text, handle);
        }
      }
    }
  }

  private static String words(byte type, String text, int handle) {
    return switch (type) {
      case ToyFrame.QUERY -> text;
      case ToyFrame.PREPARE -> "prepare " + text;
      case ToyFrame.EXECUTE -> "execute " + handle;
      case ToyFrame.RESET -> "reset";
      default -> "unknown " + (char) type;
    };
  }

  /** What is written is there for others when its transaction is over. */
  private void write(String text) {
    if (member != null && text.startsWith("UPDATE ")) {
      if (!member.writer()) {
        send(ToyFrame.ERROR, ToyFrame.text("25006only read here"));
        return;
      }
      written = true;
    }
    if (state == TransactionState.IDLE && written) {
      written = false;
      if (!text.equals("ROLLBACK")) {
        member.commit();
      }
    }
  }

  /** In a transaction that has failed, only its end is carried out. */
  private boolean failed(byte type, String text) {
    if (type == ToyFrame.QUERY && text.equals("FAIL")) {
      state = TransactionState.FAILED;
    }
    boolean ends = type == ToyFrame.RESET || text.equals("COMMIT") || text.equals("ROLLBACK");
    if (state != TransactionState.FAILED) {
      return false;
    }
    if (ends) {
      written = false;
      return false;
    }
    if (!text.equals("FAIL")) {
      send(ToyFrame.ERROR, ToyFrame.text("25P02the transaction has failed"));
    }
    done();
    return true;
  }

  private void carryOut(byte type, String text, int handle) {
    if (failed(type, text)) {
      return;
    }
    switch (type) {
      case ToyFrame.PREPARE -> {
        statements.put(++handles, text);
        send(ToyFrame.HANDLE, ToyFrame.numbers(handles));
      }
      case ToyFrame.EXECUTE -> {
        if (statements.containsKey(handle)) {
          send(ToyFrame.ROW, ToyFrame.text(statements.get(handle)));
        } else {
          send(ToyFrame.ERROR, ToyFrame.text("26000no statement " + handle));
        }
      }
      case ToyFrame.RESET -> {
        statements.clear();
        schema = "";
      }
      default -> {
        if (text.equals("SELECT crowded") && refusals-- > 0) {
          send(ToyFrame.ERROR, ToyFrame.text("HY000/1213/try again"));
        } else if (text.startsWith("UDPATE ")) {
          send(ToyFrame.ERROR, ToyFrame.text("42601nothing is called so"));
        } else if (text.startsWith("ECHO ")) {
          send(ToyFrame.ROW, ToyFrame.text(text.substring(5)));
        } else if (text.equals("SELECT schema") || text.equals("READ [schema]")) {
          send(ToyFrame.ROW, ToyFrame.text(schema));
        } else if (text.startsWith("USE ")) {
          schema = text.substring(4);
        } else if (text.startsWith("SET {schema=")) {
          schema = text.substring(12, text.length() - 1);
        } else if (text.startsWith("SELECT count")) {
          send(ToyFrame.ROW, ToyFrame.text(Integer.toString(member.count())));
        } else if (text.startsWith("SELECT ")) {
          send(ToyFrame.ROW, ToyFrame.text(text.substring(7)));
        }
        state =
            switch (text) {
              case "BEGIN" -> TransactionState.OPEN;
              case "COMMIT", "ROLLBACK" -> TransactionState.IDLE;
              default -> text.startsWith("DEFINE ") ? TransactionState.IDLE : state;
            };
        write(text);
      }
    }
    done();
  }
}
