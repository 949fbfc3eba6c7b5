package dev.heimdall.engine.toy;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReplyScanner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** Reads whole frames; each request makes a group, which its DONE ends. */
final class ToyReplies implements ReplyScanner {
  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final ToyRequests requests;

  /** The beginning of a frame whose rest has not come. */
  private ByteBuf cut = Unpooled.EMPTY_BUFFER;

  ToyReplies(ServerConnection connection, ReplyDelivery delivery, ToyRequests requests) {
    this.connection = connection;
    this.delivery = delivery;
    this.requests = requests;
  }

  @Override
  public void expect(byte kind, ReplyOwner owner) {
    delivery.groups().begin(owner);
    delivery.groups().end();
  }

  @Override
  public void read(ByteBuf consumed) {
    ByteBuf in = Unpooled.wrappedBuffer(cut, consumed);
    cut = Unpooled.EMPTY_BUFFER;
    try {
      int at = in.readerIndex();
      int end = in.writerIndex();
      for (int length = ToyFrame.length(in, at, end);
          length > 0 && !connection.closed();
          length = ToyFrame.length(in, at, end)) {
        frame(in, at, at + length);
        at += length;
      }
      if (at < end && !connection.closed()) {
        cut = Unpooled.copiedBuffer(in.slice(at, end - at));
      }
    } finally {
      in.release();
    }
  }

  private void frame(ByteBuf in, int at, int end) {
    byte type = in.getByte(at);
    if (type == ToyFrame.STOPPED) {
      requests.stopped();
      return;
    }
    if (type == ToyFrame.VALUE) {
      String[] value = ToyFrame.text(in, at).split("=", 2);
      delivery.reported(value[0], value[1]);
      return;
    }
    if (delivery.groups().isEmpty()) {
      delivery.outOfSync("a frame of type " + (char) type + " that nothing has asked for");
      return;
    }
    switch (type) {
      case ToyFrame.ROW -> delivery.noted(ReplyDelivery.Part.ANSWER);
      case ToyFrame.ERROR -> {
        ServerError error = error(ToyFrame.text(in, at));
        delivery.failed(error);
        requests.failed();
        if (delivery.absorbs(error)) {
          return;
        }
        delivery.noted(ReplyDelivery.Part.ANSWER);
      }
      case ToyFrame.HANDLE -> {
        connection.statements().parsed(ToyFrame.number(in, at, 0));
        delivery.noted(ReplyDelivery.Part.PRELIMINARY);
      }
      case ToyFrame.DONE -> {
        done(in, at, end);
        return;
      }
      default -> {
        delivery.outOfSync("a frame of type " + (char) type);
        return;
      }
    }
    delivery.pass(in, at, end);
  }

  private void done(ByteBuf in, int at, int end) {
    delivery.ends(TransactionState.values()[ToyFrame.number(in, at, 0)]);
    if (!delivery.absorbing()) {
      delivery.pass(in, at, end);
    }
    ReplyOwner owner = delivery.groups().first();
    delivery.groups().dropFirst();
    requests.answered(ToyFrame.number(in, at, 1));
    delivery.complete(owner);
  }

  /** Five characters of SQLSTATE, perhaps a number between slashes, and the message. */
  private static ServerError error(String text) {
    int from = text.charAt(5) == '/' ? text.indexOf('/', 6) : -1;
    return from < 0
        ? ServerError.error(text.substring(0, 5), text.substring(5))
        : ServerError.error(text.substring(0, 5), text.substring(from + 1))
            .withNumber(Integer.parseInt(text.substring(6, from)));
  }

  @Override
  public List<List<String>> rows(ByteBuf messages) {
    List<List<String>> rows = new ArrayList<>();
    int end = messages.writerIndex();
    for (int at = messages.readerIndex(), length = ToyFrame.length(messages, at, end);
        length > 0;
        at += length, length = ToyFrame.length(messages, at, end)) {
      if (messages.getByte(at) == ToyFrame.ROW) {
        rows.add(List.of(ToyFrame.text(messages, at)));
      }
    }
    return rows;
  }

  /** Frames go on whole. */
  @Override
  public boolean cutReply() {
    return false;
  }

  @Override
  public void lost() {
    cut = Unpooled.EMPTY_BUFFER;
    requests.lost();
  }
}
