package dev.heimdall.engine.kit;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One message of the protocol, its type and what follows the length. */
record Message(char type, byte[] body) {

  /** Takes the messages that are whole. */
  static List<Message> in(ByteBuf bytes) {
    List<Message> messages = new ArrayList<>();
    while (bytes.readableBytes() >= 5) {
      int length = bytes.getInt(bytes.readerIndex() + 1);
      if (bytes.readableBytes() < length + 1) {
        break;
      }
      char type = (char) bytes.readByte();
      bytes.skipBytes(4);
      byte[] body = new byte[length - 4];
      bytes.readBytes(body);
      messages.add(new Message(type, body));
    }
    return messages;
  }

  /** The text that begins there and ends with a zero byte. */
  String text(int at) {
    int end = at;
    while (body[end] != 0) {
      end++;
    }
    return new String(body, at, end - at, StandardCharsets.UTF_8);
  }

  /** The only column of a DataRow. */
  String value() {
    return new String(body, 6, body.length - 6, StandardCharsets.UTF_8);
  }

  /** A field of an ErrorResponse. */
  String field(char code) {
    int at = 0;
    while (body[at] != 0) {
      String value = text(at + 1);
      if (body[at] == code) {
        return value;
      }
      at += 2 + value.getBytes(StandardCharsets.UTF_8).length;
    }
    return null;
  }

  @Override
  public String toString() {
    return switch (type) {
      case 'D' -> "row " + value();
      case 'E' -> "error " + field('C') + " " + field('M');
      case 'C' -> "done " + text(0);
      case 'Z' -> "ready " + (char) body[0];
      default -> String.valueOf(type);
    };
  }
}
