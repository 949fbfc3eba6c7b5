package dev.heimdall.engine.toy;

import dev.heimdall.engine.session.RequestFormat;
import io.netty.buffer.ByteBuf;

/** Each frame of a client is a request by itself. */
final class ToyFormat implements RequestFormat {
  @Override
  public long total(ByteBuf in) {
    return in.readableBytes() < ToyFrame.HEADER
        ? 0
        : ToyFrame.HEADER + in.getUnsignedShort(in.readerIndex() + ToyFrame.HEADER - 2);
  }

  @Override
  public long claimed(ByteBuf in) {
    return total(in) - ToyFrame.HEADER;
  }

  @Override
  public byte type(ByteBuf in) {
    return in.getByte(in.readerIndex());
  }

  @Override
  public boolean permits(byte type, long total, long most) {
    return total <= most;
  }

  @Override
  public boolean terminates(byte type) {
    return type == ToyFrame.LEAVE;
  }

  @Override
  public boolean isQuery(byte type) {
    return type == ToyFrame.QUERY;
  }

  @Override
  public boolean begins(byte type) {
    return type == ToyFrame.QUERY || type == ToyFrame.EXECUTE;
  }

  @Override
  public int alone(ByteBuf in, int most, int statements) {
    long total = begins(type(in)) ? total(in) : 0;
    return total <= most && total <= in.readableBytes() ? (int) total : 0;
  }

  @Override
  public int whole(ByteBuf in, int most) {
    int length = alone(in, most, 1);
    return length == in.readableBytes() ? length : 0;
  }

  @Override
  public int statement(ByteBuf in) {
    return (int) total(in);
  }
}
