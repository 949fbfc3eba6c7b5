package dev.heimdall.engine.dialect.postgres.listen;

import dev.heimdall.engine.listen.NotificationFormat;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.PgReader;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** NotificationResponse among a server's other messages. */
public final class PostgresNotifications implements NotificationFormat {
  private static final int HEADER = 5;
  private static final int READY = 6;

  /**
   * A session that has read no notification yet takes a snapshot for it, which might have to wait
   * for other sessions; and it says nothing itself for as long as clients listen.
   */
  @Override
  public Map<String, String> parameters() {
    return Map.of("default_transaction_deferrable", "off", "idle_session_timeout", "0");
  }

  @Override
  public String channels() {
    return "SELECT pg_catalog.pg_listening_channels()";
  }

  @Override
  public String listen(String channel) {
    return "LISTEN " + quoted(channel);
  }

  @Override
  public String unlisten(String channel) {
    return "UNLISTEN " + quoted(channel);
  }

  @Override
  public String unlistenAll() {
    return "UNLISTEN *";
  }

  private static String quoted(String channel) {
    return '"' + channel.replace("\"", "\"\"") + '"';
  }

  @Override
  public void append(int processId, String channel, String payload, ByteBuf out) {
    PgWriter.notification(out, processId, channel, payload);
  }

  @Override
  public boolean endsAnswer(ByteBuf piece) {
    return piece.readableBytes() == READY
        && piece.getByte(piece.readerIndex()) == BackendType.READY;
  }

  @Override
  public void read(ByteBuf in, Receiver receiver) {
    while (in.readableBytes() >= HEADER) {
      int length = in.getInt(in.readerIndex() + 1);
      if (in.readableBytes() < length + 1) {
        return;
      }
      ByteBuf message = in.readSlice(length + 1);
      if (message.readByte() == BackendType.NOTIFICATION) {
        message.skipBytes(4);
        receiver.notified(message.readInt(), PgReader.string(message), PgReader.string(message));
      }
    }
  }
}
