package dev.heimdall.test.consistency;

import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a MySQL server answers to one command.
 *
 * @param rows of all results
 * @param error its number, SQLSTATE and message; null for none
 * @param changed rows, by the last result without rows
 * @param id that was generated, by the same
 */
record MysqlAnswer(List<List<String>> rows, String error, long changed, long id) {
  private static final int MORE_RESULTS = 8;
  private static final int END = 0xFE;
  private static final int ERROR = 0xFF;

  /**
   * @param binary whether rows come as those of prepared statements, of texts only
   */
  static MysqlAnswer read(RawMysqlClient client, boolean binary) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    long changed = 0;
    long id = 0;
    while (true) {
      byte[] packet = client.receive();
      if ((packet[0] & 0xFF) == ERROR) {
        return new MysqlAnswer(rows, RawMysqlClient.error(packet), changed, id);
      }
      int columns = packet[0];
      if (columns > 0) {
        for (int i = 0; i < columns; i++) {
          client.receive();
        }
        packet = client.receive();
        while ((packet[0] & 0xFF) < END) {
          rows.add(row(packet, columns, binary));
          packet = client.receive();
        }
        if ((packet[0] & 0xFF) == ERROR) {
          return new MysqlAnswer(rows, RawMysqlClient.error(packet), changed, id);
        }
      }
      ByteBuf ok = Unpooled.wrappedBuffer(packet).skipBytes(1);
      long affected = LengthEncoded.read(ok);
      long generated = LengthEncoded.read(ok);
      if (columns == 0) {
        changed = affected;
        id = generated;
      }
      if ((ok.readUnsignedShortLE() & MORE_RESULTS) == 0) {
        return new MysqlAnswer(rows, null, changed, id);
      }
    }
  }

  private static List<String> row(byte[] packet, int columns, boolean binary) {
    ByteBuf in = Unpooled.wrappedBuffer(packet);
    List<String> row = new ArrayList<>();
    int nulls = 1;
    if (binary) {
      in.skipBytes(1 + (columns + 2 + 7) / 8);
    }
    for (int i = 0; i < columns; i++) {
      int bit = i + 2;
      if (binary && (packet[nulls + bit / 8] & 1 << bit % 8) != 0) {
        row.add(null);
      } else if (!binary && in.getUnsignedByte(in.readerIndex()) == LengthEncoded.NULL) {
        in.skipBytes(1);
        row.add(null);
      } else {
        row.add(LengthEncoded.readString(in));
      }
    }
    return row;
  }

  String single() {
    return rows.isEmpty() ? null : rows.get(0).get(0);
  }
}
