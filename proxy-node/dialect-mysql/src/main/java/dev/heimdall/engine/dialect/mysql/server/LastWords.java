package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/**
 * An error of a number with which servers end their connections. Routines may raise errors of any
 * number, and MariaDB has other meanings for some: whether the server goes with it shows when it is
 * asked something.
 */
final class LastWords {
  private final ServerConnection connection;
  private final ReplyDelivery delivery;
  private final LastAnswer last;

  /** Until it is answered or gone; null for none. */
  private ServerError error;

  private ByteBuf packet;

  /** True if a client's command has had it. */
  private boolean ofClient;

  LastWords(ServerConnection connection, ReplyDelivery delivery, LastAnswer last) {
    this.connection = connection;
    this.delivery = delivery;
    this.last = last;
  }

  /** True if servers end their connections with errors of this number. */
  static boolean mayBe(ServerError error) {
    return switch (error.number()) {
      case 1053, 1077, 1079, 1080, 1184, 1927, 3169, 4031 -> true;
      default -> false;
    };
  }

  boolean withheld() {
    return error != null;
  }

  void withhold(ServerError found, ByteBuf consumed, boolean ofClientsCommand) {
    error = found;
    packet = consumed;
    ofClient = ofClientsCommand;
  }

  /** The server is still there: the error is the answer of the statement. */
  void wereOfStatement() {
    ServerError found = error;
    error = null;
    if (ofClient) {
      last.failed(found.number());
    }
    delivery.failed(found);
    ReplyOwner owner = delivery.recipient();
    if (delivery.absorbs(found) || owner == null) {
      packet.release();
    } else {
      delivery.noted(ReplyDelivery.Part.ANSWER);
      owner.reply(connection, packet);
    }
  }

  /** The server ends the connection, and this is why, unless it has said so before. */
  void announced(ServerError found) {
    ServerError why = (error == null ? found : error).asFatal();
    delivery.failed(why);
    delivery.endAnnounced(why);
  }

  /** The connection is lost, and this was why. */
  void lost() {
    packet.release();
    announced(error);
    error = null;
  }
}
