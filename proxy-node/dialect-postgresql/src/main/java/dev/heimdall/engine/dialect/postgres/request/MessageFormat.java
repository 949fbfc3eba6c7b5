package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;

/** PostgreSQL's requests: a type, a length without it, and a body (protocol 3.0, section 54.7). */
final class MessageFormat implements RequestFormat {
  /** PostgreSQL ends a session that sends a longer message without a text or values in it. */
  private static final int MAX_BARE_MESSAGE = 10_000;

  static final int HEADER = 5;

  @Override
  public long total(ByteBuf in) {
    if (in.readableBytes() < HEADER) {
      return 0;
    }
    int length = in.getInt(in.readerIndex() + 1);
    return length < 4 ? -1 : length + 1L;
  }

  @Override
  public long claimed(ByteBuf in) {
    return in.getInt(in.readerIndex() + 1);
  }

  @Override
  public byte type(ByteBuf in) {
    return in.getByte(in.readerIndex());
  }

  @Override
  public boolean permits(byte type, long total, long most) {
    long length = total - 1;
    if (length <= Math.min(MAX_BARE_MESSAGE, most)) {
      return true;
    }
    return switch (type) {
      case FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE,
          FrontendType.SYNC,
          FrontendType.FLUSH,
          FrontendType.COPY_DONE,
          FrontendType.COPY_FAIL,
          FrontendType.TERMINATE ->
          false;
      default -> length <= most;
    };
  }

  @Override
  public boolean ofDialogue(byte type) {
    return switch (type) {
      case FrontendType.COPY_DATA, FrontendType.COPY_DONE, FrontendType.COPY_FAIL -> true;
      default -> false;
    };
  }

  @Override
  public boolean terminates(byte type) {
    return type == FrontendType.TERMINATE;
  }

  @Override
  public boolean endsBatch(byte type) {
    return type == FrontendType.SYNC;
  }

  @Override
  public boolean standsAlone(byte type) {
    return type == FrontendType.QUERY || type == FrontendType.FUNCTION_CALL;
  }

  @Override
  public boolean isQuery(byte type) {
    return type == FrontendType.QUERY;
  }

  @Override
  public boolean begins(byte type) {
    return switch (type) {
      case FrontendType.QUERY,
          FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE,
          FrontendType.SYNC ->
          true;
      default -> false;
    };
  }

  @Override
  public boolean flushes(byte type) {
    return type == FrontendType.FLUSH;
  }

  @Override
  public int alone(ByteBuf in, int most, int statements) {
    return SingleStatement.length(in, most, statements);
  }

  @Override
  public int whole(ByteBuf input, int most) {
    if (input.getByte(input.readerIndex()) == FrontendType.QUERY) {
      int length = 1 + input.getInt(input.readerIndex() + 1);
      return length <= most && length == input.readableBytes() ? length : 0;
    }
    return BatchShape.standingAlone(input, true, most);
  }

  @Override
  public boolean onlyPrepares(ByteBuf in) {
    return SingleStatement.onlyPrepares(in);
  }

  @Override
  public boolean prepares(ByteBuf batch) {
    return batch.getByte(batch.readerIndex()) == FrontendType.PARSE;
  }

  @Override
  public int statement(ByteBuf in) {
    int at = in.readerIndex();
    byte type = 0;
    while (type != FrontendType.SYNC && type != FrontendType.QUERY && at < in.writerIndex()) {
      type = in.getByte(at);
      at += 1 + in.getInt(at + 1);
    }
    return at - in.readerIndex();
  }
}
