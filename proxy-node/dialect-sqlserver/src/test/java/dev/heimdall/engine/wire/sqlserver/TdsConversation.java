package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What a client and a server sent each other, recorded below TLS, and what others read of it. */
record TdsConversation(
    String name, List<Message> messages, List<String> replies, List<String> requests) {
  /** Packets with their headers. */
  record Message(int connection, boolean client, byte[] bytes) {}

  static Stream<TdsConversation> all() {
    return Stream.of(
            "go-mssqldb", "jtds", "mssql-jdbc", "mssql-jdbc-cursor", "pymssql", "pytds", "tedious")
        .map(TdsConversation::load);
  }

  static TdsConversation load(String name) {
    List<Message> messages = new ArrayList<>();
    for (String line : lines(name + ".hex")) {
      String[] part = line.split(" ");
      messages.add(
          new Message(
              Integer.parseInt(part[0]), part[1].equals("C"), HexFormat.of().parseHex(part[2])));
    }
    return new TdsConversation(name, messages, lines(name + ".tokens"), lines(name + ".requests"));
  }

  /** Number of connections. */
  int connections() {
    return messages.stream().mapToInt(Message::connection).max().orElseThrow();
  }

  /** All that one side of a connection sent. */
  ByteBuf sent(int connection, boolean client) {
    ByteBuf sent = Unpooled.buffer();
    for (Message message : messages) {
      if (message.connection() == connection && message.client() == client) {
        sent.writeBytes(message.bytes());
      }
    }
    return sent;
  }

  TdsVersion version() {
    return name.equals("jtds") ? TdsVersion.V7_1 : TdsVersion.V7_4;
  }

  @Override
  public String toString() {
    return name;
  }

  private static List<String> lines(String file) {
    try (InputStream in = TdsConversation.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
