package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.PostgresErrors;
import dev.heimdall.engine.dialect.postgres.prepared.StalePlan;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Errors of one server connection in the words of the client that gets them. */
final class TranslatedErrors {
  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final ReplyQueue<ReplyOwner> queue;

  TranslatedErrors(
      ServerConnection connection, ReplyDelivery delivery, ReplyQueue<ReplyOwner> queue) {
    this.connection = connection;
    this.delivery = delivery;
    this.queue = queue;
  }

  /**
   * An error about a statement by its name here, or about a place in a text that the node has
   * changed, with the name and the place that its client knows; null when it is about neither.
   */
  ByteBuf translated(ServerError error, ByteBuf in, int at, int total) {
    ReplyOwner owner = delivery.recipient();
    if (owner != null
        && StalePlan.is(error)
        && StalePlan.raised(error, in.toString(at, total, StandardCharsets.ISO_8859_1))) {
      ByteBuf message = connection.allocate(128);
      StalePlan.encode(message);
      return message;
    }
    ServerError instead =
        owner != null
                && PostgresErrors.rejectsWrites(error)
                && PostgresErrors.byServer(in.toString(at, total, StandardCharsets.ISO_8859_1))
            ? owner.writesRejected(connection, error)
            : null;
    if (instead != null) {
      return encoded(instead);
    }
    EditedText edited = queue.edited();
    boolean named = error.message().contains(StatementNames.PREFIX);
    if (owner == null || (!named && edited == null)) {
      return null;
    }
    // Single bytes stand for themselves: what is not the name stays as it came, whatever the
    // encoding.
    String text = in.toString(at + 5, total - 5, StandardCharsets.ISO_8859_1);
    String changed = named ? owner.inClientsNames(text) : text;
    if (edited != null) {
      changed = ErrorMessage.moved(changed, edited::inClientsText);
    }
    if (changed.equals(text)) {
      return null;
    }
    ByteBuf message = connection.allocate(changed.length() + 5);
    message.writeByte(BackendType.ERROR).writeInt(changed.length() + 4);
    message.writeCharSequence(changed, StandardCharsets.ISO_8859_1);
    return message;
  }

  /** An error in the place of a server's. */
  ByteBuf encoded(ServerError error) {
    ByteBuf message = connection.allocate(256);
    ErrorMessage.encode(error, message);
    return message;
  }
}
